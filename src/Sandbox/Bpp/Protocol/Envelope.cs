using System.Globalization;
using System.Xml;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Bpp.Protocol;

/// <summary>A Beckn request with a complete context. The context is validated strictly, the order leniently.</summary>
internal sealed record Envelope(string Action, string MessageId, string TransactionId, Uri BapUri, JObject Context, JObject Message)
{
    private static readonly string[] Required =
        ["version", "action", "domain", "timestamp", "message_id", "transaction_id", "bap_id", "bap_uri", "ttl"];

    private static readonly string[] RequiredOfOrders = [.. Required, "bpp_id", "bpp_uri"];

    /// <param name="action">Of the endpoint.</param>
    /// <param name="body">The JSON.</param>
    /// <param name="camelCase">The provider spells contexts in camel case; only a discover may have the other spelling.</param>
    public static Envelope Read(string action, string body, bool camelCase)
    {
        var root = ParseRoot(body);
        if (root["context"] is not JObject context)
            throw Missing("context", "an object");
        var required = action == Actions.Discover ? Required : RequiredOfOrders;
        foreach (var field in camelCase && action != Actions.Discover ? required : [])
        {
            if (Json.Text(context, ContextSpelling.Camel(field)) is null)
                throw Missing("context." + ContextSpelling.Camel(field), "a string");
        }

        if (camelCase)
            context = ContextSpelling.Snake(context, RequiredOfOrders);
        foreach (var field in required)
        {
            if (Json.Text(context, field) is null)
                throw Missing("context." + field, "a string");
        }
        Check(Json.Text(context, "version") == Schema.Version, "context.version", $"must be {Schema.Version}");
        Check(Json.Text(context, "action") == action, "context.action", $"must be {action} on this endpoint");
        Check(Json.Text(context, "domain") == Schema.Domain, "context.domain", $"must be {Schema.Domain}");
        Check(IsTime(Json.Text(context, "timestamp")!), "context.timestamp", "must be an RFC 3339 time");
        Check(IsDuration(Json.Text(context, "ttl")!), "context.ttl", "must be an ISO 8601 duration");
        var isAbsolute = Uri.TryCreate(Json.Text(context, "bap_uri"), UriKind.Absolute, out var bapUri) && bapUri.Scheme is "http" or "https";
        Check(isAbsolute, "context.bap_uri", "must be an absolute http or https address");
        if (root["message"] is not JObject message)
            throw Missing("message", "an object");
        return new Envelope(action, Json.Text(context, "message_id")!, Json.Text(context, "transaction_id")!, bapUri!, context, message);
    }

    /// <summary>The order id of the BAP, under which the order is stored.</summary>
    public string OrderId()
    {
        if (Message["order"] is not JObject order)
            throw Missing("message.order", "an object");
        return Json.Text(order, "beckn:id") ?? throw Missing("message.order.beckn:id", "a string");
    }

    private static JObject ParseRoot(string body)
    {
        try
        {
            return Json.Parse(body) as JObject ?? throw new NackException(ErrorCodes.InvalidRequest, "the body must be a JSON object", "body");
        }
        catch (JsonException malformed)
        {
            throw new NackException(ErrorCodes.InvalidRequest, "the body is not JSON: " + malformed.Message, "body");
        }
    }

    private static bool IsTime(string text) => text.Contains('T', StringComparison.Ordinal)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    private static bool IsDuration(string text)
    {
        try
        {
            return XmlConvert.ToTimeSpan(text) > TimeSpan.Zero;
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException)
        {
            return false;
        }
    }

    private static void Check(bool holds, string field, string rule)
    {
        if (!holds)
            throw new NackException(ErrorCodes.InvalidRequest, $"{field} {rule}", field);
    }

    private static NackException Missing(string field, string what) =>
        new(ErrorCodes.InvalidRequest, $"{field} is required and must be {what}", field);
}

/// <summary>A request that gets a NACK and no callback.</summary>
internal sealed class NackException(string code, string message, string path) : Exception(message)
{
    public string Code { get; } = code;

    public string Path { get; } = path;
}
