using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Pylon.Cli.Client;

/// <summary>One message of the broadcast stream (pylon.gateway.v1.SubscribeResponse).</summary>
internal sealed record Broadcast(string? Position, bool Gap, JsonElement? Event)
{
    private const string TypePrefix = "pylon.";

    /// <summary>For example <c>workload.queued</c>.</summary>
    public string Type
    {
        get
        {
            var type = Text("type");
            var end = type.LastIndexOf(".v", StringComparison.Ordinal);
            return type.StartsWith(TypePrefix, StringComparison.Ordinal) && end > TypePrefix.Length ? type[TypePrefix.Length..end] : type;
        }
    }

    /// <summary>The id of what it is about.</summary>
    public string Subject => Text("subject");

    public DateTimeOffset? Time => DateTimeOffset.TryParse(Text("time"), out var time) ? time : null;

    /// <summary>The typed payload, whichever it is: the one member that is an object.</summary>
    public JsonElement? Data =>
        Event?.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Object).Select(member => (JsonElement?)member.Value).FirstOrDefault();

    public static Broadcast? Read(SseItem<string> item)
    {
        using var document = JsonDocument.Parse(item.Data);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            return null;
        var position = item.EventId is { Length: > 0 } id ? id : root.TryGetProperty("position", out var given) ? given.GetString() : null;
        var gap = root.TryGetProperty("gap", out var flag) && flag.ValueKind == JsonValueKind.True;
        return new Broadcast(position, gap, root.TryGetProperty("event", out var happened) ? happened.Clone() : null);
    }

    /// <summary>What happened in a line, without the lists.</summary>
    public string Details() => Data is not { } data
        ? ""
        : string.Join("  ", data.EnumerateObject()
            .Where(member => member.Name != "workload_id" && member.Value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object))
            .Where(member => member.Name is not ("summary" or "message_id" or "transaction_id"))
            .Select(member => $"{member.Name}={member.Value}"));

    private string Text(string member) => Event is { } e && e.TryGetProperty(member, out var value) ? value.GetString() ?? "" : "";
}
