using System.Text.Json.Nodes;
using System.Xml;

namespace Pylon.Beckn;

/// <summary>The context of our messages in the wire shape of Beckn 2.0.0 (snake_case). Pure.</summary>
public static class BecknContext
{
    /// <summary>The network of the compute-energy flow.</summary>
    public const string Domain = "beckn.one:DEG:compute-energy:1.0";

    private const string ComputeEnergy = "https://raw.githubusercontent.com/beckn/protocol-specifications-new/refs/heads/draft/schema/ComputeEnergy/v1/context.jsonld";

    /// <summary>The context of a message; a message to a known provider names it.</summary>
    /// <param name="options">Our id and address, and those of the BPP until the provider is known.</param>
    /// <param name="action">For example select; discover goes to no provider in particular.</param>
    /// <param name="transactionId">Of the flow.</param>
    /// <param name="messageId">Of the message; its answer may carry it.</param>
    /// <param name="now">The timestamp.</param>
    /// <param name="bppId">Empty when it is not known.</param>
    /// <param name="bppUri">Empty when it is not known.</param>
    public static JsonObject Of(
        BecknOptions options, string action, Guid transactionId, Guid messageId, DateTimeOffset now, string bppId = "", string bppUri = "")
    {
        ArgumentNullException.ThrowIfNull(options);
        var context = new JsonObject
        {
            ["version"] = "2.0.0",
            ["action"] = action,
            ["domain"] = Domain,
            ["timestamp"] = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"),
            ["message_id"] = messageId.ToString(),
            ["transaction_id"] = transactionId.ToString(),
            ["bap_id"] = options.BapId,
            ["bap_uri"] = options.BapUri.AbsoluteUri.TrimEnd('/'),
        };
        if (action != "discover")
        {
            context["bpp_id"] = bppId.Length > 0 ? bppId : options.Id;
            context["bpp_uri"] = bppUri.Length > 0 ? bppUri : options.BaseUrl.AbsoluteUri.TrimEnd('/');
        }

        context["ttl"] = XmlConvert.ToString(TimeSpan.FromSeconds(Math.Ceiling(options.CallbackTimeout.TotalSeconds)));
        context["schema_context"] = new JsonArray(ComputeEnergy);
        return context;
    }
}
