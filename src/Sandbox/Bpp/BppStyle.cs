using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Bpp.Protocol;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Bpp;

/// <summary>How the provider answers: the setting at first, then the value of the admin endpoint.</summary>
/// <param name="Sync">The on_* body is the HTTP response; otherwise an ACK is, and the body is POSTed to bap_uri.</param>
/// <param name="FreshMessageIds">Answers have new message ids, as in the published examples, instead of the request's.</param>
/// <param name="CamelCase">Contexts are spelled as in Beckn 2.0 LTS (bapId). Other requests than discover must be too; discover, the first contact, may have either spelling.</param>
internal sealed record BppStyle(bool Sync, bool FreshMessageIds, bool CamelCase)
{
    public BppStyle With(JObject body)
    {
        body.CheckNames("style", "fresh_message_ids", "spelling");
        return new BppStyle(
            body.Word("style", "sync", "async") is { } style ? style == "sync" : Sync,
            body.Flag("fresh_message_ids") ?? FreshMessageIds,
            body.Word("spelling", "snake", "camel") is { } spelling ? spelling == "camel" : CamelCase);
    }

    public IResult Describe() => Json.Result(new { style = Sync ? "sync" : "async", fresh_message_ids = FreshMessageIds, spelling = CamelCase ? "camel" : "snake" });
}

/// <summary>The current style.</summary>
internal sealed class CurrentStyle(BppOptions options)
{
    public BppStyle Value { get; set; } = new(options.Sync, options.FreshMessageIds, options.CamelCase);
}
