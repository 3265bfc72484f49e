using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Bpp.Protocol;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Bpp;

/// <summary>How the provider answers: the setting at first, then the value of the admin endpoint.</summary>
/// <param name="Sync">The on_* body is the HTTP response; otherwise an ACK is, and the body is POSTed to bap_uri.</param>
/// <param name="FreshMessageIds">Answers have new message ids, as in the published examples, instead of the request's.</param>
internal sealed record BppStyle(bool Sync, bool FreshMessageIds)
{
    public BppStyle With(JObject body)
    {
        var changed = this;
        foreach (var field in body.Properties())
        {
            changed = (field.Name, field.Value.Type) switch
            {
                ("style", JTokenType.String) when field.Value.Value<string>() is "sync" or "async" =>
                    changed with { Sync = field.Value.Value<string>() == "sync" },
                ("fresh_message_ids", JTokenType.Boolean) => changed with { FreshMessageIds = field.Value.Value<bool>() },
                ("style", _) => throw new BadInputException("style", "'style' must be sync or async"),
                ("fresh_message_ids", _) => throw new BadInputException("fresh_message_ids", "'fresh_message_ids' must be true or false"),
                _ => throw new BadInputException(field.Name, $"'{field.Name}' is not a field of the style; the fields are style, fresh_message_ids"),
            };
        }
        return changed;
    }

    public IResult Describe() => Json.Result(new { style = Sync ? "sync" : "async", fresh_message_ids = FreshMessageIds });
}

/// <summary>The current style.</summary>
internal sealed class CurrentStyle(BppOptions options)
{
    public BppStyle Value { get; set; } = new(options.Sync, options.FreshMessageIds);
}
