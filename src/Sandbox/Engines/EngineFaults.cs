using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Faults;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Engines;

/// <summary>The faults of an engine: it is slow or down, or answers what cannot be true.</summary>
internal static class EngineFaults
{
    public const string Delay = "delay";
    public const string HttpError = "http_error";
    public const string DropConnection = "drop_connection";
    public const string MalformedBody = "malformed_body";
    public const string LongBody = "long_body";
    public const string WrongShape = "wrong_shape";
    public const string Negative = "negative";
    public const string NotANumber = "nan";
    public const string Huge = "huge";

    private const int LongBytes = 2 * 1024 * 1024;

    /// <summary>What every engine can do wrong.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [Delay, HttpError, DropConnection, MalformedBody, LongBody, WrongShape, Negative, NotANumber, Huge];

    /// <summary>Sends an answer as the faults that hit the request make it.</summary>
    public static async Task<IResult> SendAsync(HttpContext http, IReadOnlyDictionary<string, Fault> hit, TimeProvider time, int status, JToken body)
    {
        if (hit.TryGetValue(Delay, out var delay))
            await Task.Delay(delay.Delay, time, http.RequestAborted);
        if (hit.ContainsKey(DropConnection))
        {
            http.Abort();
            return Results.Empty;
        }

        if (hit.TryGetValue(HttpError, out var error))
            return Json.Result(new { detail = "an error on demand" }, error.HttpStatus ?? 500);
        if (hit.ContainsKey(LongBody))
            body = new JObject { ["text"] = new string('x', LongBytes) };
        else if (hit.ContainsKey(WrongShape))
            body = new JArray(body);
        var written = Json.Write(body);
        return Results.Text(hit.ContainsKey(MalformedBody) ? written[..(written.Length / 2)] : written, "application/json", statusCode: status);
    }

    /// <summary>The number that the faults put in place of a right one. NaN is written as Python writes it, which is no JSON.</summary>
    public static JToken Lie(IReadOnlyDictionary<string, Fault> hit, double right) =>
        hit.ContainsKey(Negative) ? -1
        : hit.ContainsKey(NotANumber) ? new JRaw("NaN")
        : hit.ContainsKey(Huge) ? 1e12
        : right;
}
