using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;

namespace Pylon.Beckn;

/// <summary>The context of our messages in the wire shape of Beckn 2.0.0, its names spelled as the provider spells them, and that of others in any shape. Pure.</summary>
public static class BecknContext
{
    /// <summary>The network of the compute-energy flow.</summary>
    public const string Domain = "beckn.one:DEG:compute-energy:1.0";

    private static readonly string[] Telling = ["transaction_id", "message_id", "bap_id", "bap_uri", "bpp_id", "bpp_uri"];

    private const string ComputeEnergy = "https://raw.githubusercontent.com/beckn/protocol-specifications-new/refs/heads/draft/schema/ComputeEnergy/v1/context.jsonld";

    /// <summary>The context of a message; a message to a known provider names it.</summary>
    /// <param name="options">Our id and address, and those of the BPP until the provider is known.</param>
    /// <param name="action">For example select; discover goes to no provider in particular.</param>
    /// <param name="transactionId">Of the flow.</param>
    /// <param name="messageId">Of the message; its answer may carry it.</param>
    /// <param name="now">The timestamp.</param>
    /// <param name="bppId">Empty when it is not known.</param>
    /// <param name="bppUri">Empty when it is not known.</param>
    /// <param name="spelling">The provider's; null when it is not known.</param>
    public static JsonObject Of(
        BecknOptions options, string action, Guid transactionId, Guid messageId, DateTimeOffset now, string bppId = "", string bppUri = "", BecknSpelling? spelling = null)
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

        context["ttl"] = XmlConvert.ToString(options.Ttl);
        context["schema_context"] = new JsonArray(ComputeEnergy);
        return (spelling ?? options.Spelling) == BecknSpelling.Camel ? new JsonObject(context.Select(p => KeyValuePair.Create(Camel(p.Key), p.Value?.DeepClone()))) : context;
    }

    /// <summary>How the names of a context are spelled; null when it has none that tells.</summary>
    public static BecknSpelling? SpellingOf(JsonElement context) =>
        Telling.Any(name => IsGiven(context.Get(name))) ? BecknSpelling.Snake
        : Telling.Any(name => IsGiven(context.Get(Camel(name)))) ? BecknSpelling.Camel
        : null;

    /// <summary>A field of a context as Beckn 2.0.0 spells it (bpp_id) or, where that is missing, as 2.0 LTS does (bppId).</summary>
    public static JsonElement Field(JsonElement context, string name) =>
        context.Get(name) is var value && IsGiven(value) ? value : context.Get(Camel(name));

    /// <summary>
    /// The field that shows that an answer is not of whom was asked: domain, bap_id or bpp_id; null when all agree. A
    /// field may be missing, but not bpp_id when it is known.
    /// </summary>
    /// <param name="options">Who asked, and the BPP until the request names one.</param>
    /// <param name="answer">The context of the answer.</param>
    /// <param name="asked">That of the request, when it is stored.</param>
    public static string? Mismatch(BecknOptions options, JsonElement answer, JsonElement asked = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var bpp = Expected("bpp_id", options.Id);
        return !MayBe("domain", Domain) ? "domain"
            : !MayBe("bap_id", options.BapId) ? "bap_id"
            : bpp != BecknOptions.UnknownId && Field(answer, "bpp_id").Text() != bpp ? "bpp_id"
            : null;

        string Expected(string name, string otherwise) => Field(asked, name).Text() is { Length: > 0 } text ? text : otherwise;

        bool MayBe(string name, string otherwise) => Field(answer, name) is var given
            && (!IsGiven(given) || given.Text().Equals(Expected(name, otherwise), name == "domain" ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal));
    }

    private static bool IsGiven(JsonElement value) => value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    private static string Camel(string name) => JsonNamingPolicy.CamelCase.ConvertName(string.Concat(name.Split('_').Select(Capital)));

    private static string Capital(string word) => $"{char.ToUpperInvariant(word[0])}{word[1..]}";
}
