using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Faults;

/// <summary>Reads the body of POST faults; a refusal names the wrong field.</summary>
internal static class FaultReader
{
    private const int LongestDelay = 600_000;
    private static readonly string[] Fields =
        ["action", "kind", "count", "delay_ms", "http_status", "keep_items", "match", "processed"];

    public static Fault Read(JObject body, IReadOnlyCollection<string> kinds, IReadOnlyCollection<string> actions, TimeSpan defaultDelay)
    {
        var unknown = body.Properties().FirstOrDefault(p => !Fields.Contains(p.Name));
        if (unknown is not null)
            throw new BadInputException(unknown.Name, $"'{unknown.Name}' is not a field of a fault; the fields are {string.Join(", ", Fields)}");
        var kind = Json.Text(body, "kind");
        if (kind is null || !kinds.Contains(kind))
            throw new BadInputException("kind", $"'kind' must be one of {string.Join(", ", kinds)}");
        var action = body["action"] is null ? "*" : Json.Text(body, "action");
        if (action is null || (action != "*" && !actions.Contains(action)))
            throw new BadInputException("action", $"'action' must be * or one of {string.Join(", ", actions)}");
        var count = Whole(body, "count", 0, int.MaxValue) ?? 1;
        return new Fault(
            Id: 0,
            kind,
            action,
            count == 0 ? null : count,
            Whole(body, "delay_ms", 0, LongestDelay) ?? (int)defaultDelay.TotalMilliseconds,
            Whole(body, "http_status", 200, 599),
            Whole(body, "keep_items", 0, int.MaxValue) ?? 1,
            Optional(body, "match", JTokenType.String)?.Value<string>(),
            Optional(body, "processed", JTokenType.Boolean)?.Value<bool>() ?? false,
            Hits: 0);
    }

    private static int? Whole(JObject body, string name, int least, int most)
    {
        if (body[name] is null or { Type: JTokenType.Null })
            return null;
        return body[name] is JValue { Value: long number } && number >= least && number <= most
            ? (int)number
            : throw new BadInputException(name, $"'{name}' must be an integer from {least} to {most}");
    }

    private static JToken? Optional(JObject body, string name, JTokenType type)
    {
        if (body[name] is null or { Type: JTokenType.Null })
            return null;
        return body[name]!.Type == type ? body[name] : throw new BadInputException(name, $"'{name}' must be a {type.ToString().ToLowerInvariant()}");
    }
}
