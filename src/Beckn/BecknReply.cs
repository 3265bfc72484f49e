using System.Net;
using System.Text.Json;

namespace Pylon.Beckn;

/// <summary>What the HTTP response to a Beckn message means.</summary>
public abstract record BecknReply
{
    /// <summary>The body is the answer itself (on_select and so on).</summary>
    public sealed record Answer(JsonElement Body) : BecknReply;

    /// <summary>Accepted; the answer comes as a callback.</summary>
    public sealed record Ack : BecknReply;

    /// <summary>Received, and there will be no callback: the provider has nothing for us (HTTP 409 with ACK).</summary>
    public sealed record NoCallback(string Reason) : BecknReply;

    /// <summary>Not accepted; there will be no callback.</summary>
    public sealed record Nack(string Reason) : BecknReply;

    /// <summary>Neither: an HTTP error or a body that is not Beckn.</summary>
    public sealed record Invalid(string Reason) : BecknReply;

    /// <summary>
    /// Reads a response of any Beckn version: the acknowledgement is in message.ack.status, message.status, status or
    /// ack_status.
    /// </summary>
    public static BecknReply Read(HttpStatusCode status, ReadOnlyMemory<byte> body, string action)
    {
        var root = LenientJson.Parse(body);
        var message = root.Get("message");
        var acknowledgement = FirstText(message.Get("ack").Get("status"), message.Get("status"), root.Get("status"), root.Get("ack_status"));
        if (acknowledgement.Equals("NACK", StringComparison.OrdinalIgnoreCase))
            return new Nack(ErrorOf(root) ?? "NACK without a reason");
        var isAcknowledged = acknowledgement.Equals("ACK", StringComparison.OrdinalIgnoreCase);
        if (status == HttpStatusCode.Conflict && isAcknowledged)
            return new NoCallback(ErrorOf(root) ?? "the provider acknowledges and will send no callback (HTTP 409)");
        if ((int)status is < 200 or > 299)
            return new Invalid($"HTTP {(int)status}{(ErrorOf(root) is { } error ? $": {error}" : "")}");
        if (isAcknowledged)
            return new Ack();
        if (root.Get("context").Get("action").Text() == $"on_{action}" && (message.ValueKind == JsonValueKind.Object || ErrorOf(root) is not null))
            return new Answer(root);
        return new Invalid($"neither an acknowledgement nor on_{action}");
    }

    /// <summary>The error of an answer, as "code: message"; null when there is none, or an empty one.</summary>
    public static string? ErrorOf(JsonElement root)
    {
        var error = root.Get("error");
        if (error.ValueKind != JsonValueKind.Object)
            error = root.Get("message").Get("error");
        if (error.ValueKind != JsonValueKind.Object)
            return null;
        var code = FirstText(error.Get("code"), error.Get("errorCode"));
        var text = FirstText(error.Get("message"), error.Get("errorMessage"));
        if (code.Length == 0 && text.Length == 0)
            return error.EnumerateObject().Any(m => m.Value.ValueKind is not JsonValueKind.Null) ? "an error without code or message" : null;
        return code.Length == 0 || text.Length == 0 ? $"{code}{text}" : $"{code}: {text}";
    }

    private static string FirstText(params JsonElement[] elements) =>
        elements.Select(e => e.ValueKind == JsonValueKind.Number ? e.GetRawText() : e.Text()).FirstOrDefault(t => t.Length > 0) ?? "";
}
