using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Converters;
using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Serialization;

namespace Pylon.Sandbox.Requests;

/// <summary>Reads and writes JSON. Dates stay strings: "10:00:00Z" is a time of day here.</summary>
internal static class Json
{
    private const int DeepestNesting = 64;
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private static readonly JsonSerializer Serializer = JsonSerializer.Create(new JsonSerializerSettings
    {
        ContractResolver = new DefaultContractResolver { NamingStrategy = new SnakeCaseNamingStrategy() },
        Converters = [new IsoDateTimeConverter { DateTimeFormat = TimeFormat, DateTimeStyles = DateTimeStyles.AdjustToUniversal }],
    });

    public static JToken Parse(string text)
    {
        using var reader = new JsonTextReader(new StringReader(text))
        {
            DateParseHandling = DateParseHandling.None,
            MaxDepth = DeepestNesting,
        };
        var token = JToken.ReadFrom(reader);
        while (reader.Read())
        {
            if (reader.TokenType != JsonToken.Comment)
                throw new JsonReaderException("nothing may follow the JSON value");
        }
        return token;
    }

    public static async Task<string> ReadTextAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        return await reader.ReadToEndAsync(http.RequestAborted);
    }

    /// <summary>The body as an object; an empty body is an empty object.</summary>
    public static async Task<JObject> ReadObjectAsync(HttpContext http) => await ReadBodyAsync(http) as JObject
        ?? throw new BadInputException("body", "the body must be a JSON object");

    public static async Task<JToken> ReadBodyAsync(HttpContext http)
    {
        var text = await ReadTextAsync(http);
        if (string.IsNullOrWhiteSpace(text))
            return new JObject();
        try
        {
            return Parse(text);
        }
        catch (JsonException malformed)
        {
            throw new BadInputException("body", "the body is not JSON: " + malformed.Message);
        }
    }

    public static IResult Result(object body, int status = 200) =>
        Results.Text(Write(body as JToken ?? From(body)), "application/json", Encoding.UTF8, status);

    /// <summary>The properties of a value with names in snake case.</summary>
    public static JObject From(object value) => JObject.FromObject(value, Serializer);

    public static string Write(JToken body) => body.ToString(Formatting.None);

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString(TimeFormat);

    /// <summary>A non-empty string of an object; null when it is missing or has another type.</summary>
    public static string? Text(JToken? parent, string name) =>
        parent is JObject && parent[name] is JValue { Value: string { Length: > 0 } text } ? text : null;

    /// <summary>A number of an object, also when it is written as a string, as prices in catalogues are.</summary>
    public static decimal? Number(JToken? parent, string name)
    {
        if (parent is not JObject || parent[name] is not JValue { Value: { } value })
            return null;
        return decimal.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }
}
