using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Bpp.Protocol;

/// <summary>Writes ACK, NACK and on_* messages.</summary>
internal static class Messages
{
    public static JObject Ack() => Acknowledgement("ACK");

    public static JObject Nack(string code, string message, string? path = null)
    {
        var nack = Acknowledgement("NACK");
        nack["error"] = Error(code, message);
        if (path is not null)
            nack["error"]!["details"] = new JObject { ["path"] = path };
        return nack;
    }

    public static JObject Error(string code, string message) => new() { ["code"] = code, ["message"] = message };

    /// <summary>The on_* message of a request: its context, with a message or, beside the context, an error.</summary>
    public static JObject On(Envelope request, Answer answer, string messageId, string bppId, string bppUri, DateTimeOffset now)
    {
        var context = new JObject
        {
            ["version"] = Schema.Version,
            ["action"] = "on_" + request.Action,
            ["domain"] = Schema.Domain,
            ["timestamp"] = Json.Time(now),
            ["message_id"] = messageId,
            ["transaction_id"] = request.TransactionId,
            ["bap_id"] = request.Context["bap_id"],
            ["bap_uri"] = request.Context["bap_uri"],
            ["bpp_id"] = bppId,
            ["bpp_uri"] = bppUri,
            ["ttl"] = Schema.Ttl,
        };
        return answer.Error is null
            ? new JObject { ["context"] = context, ["message"] = answer.Message }
            : new JObject { ["context"] = context, ["error"] = answer.Error };
    }

    private static JObject Acknowledgement(string status) =>
        new() { ["message"] = new JObject { ["ack"] = new JObject { ["status"] = status } } };
}

/// <summary>The result of an action: a message, or a business error.</summary>
internal sealed record Answer(JObject? Message, JObject? Error)
{
    public static Answer Of(JObject message) => new(message, null);

    public static Answer Refused(string code, string reason) => new(null, Messages.Error(code, reason));
}
