using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Pylon.Cli.Client;

/// <summary>One message of the broadcast stream: a CloudEvent in JSON, or word of a gap.</summary>
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

    public static Broadcast? Read(SseItem<string> item)
    {
        using var document = JsonDocument.Parse(item.Data);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            return null;
        var gap = root.TryGetProperty("gap", out var flag) && flag.ValueKind == JsonValueKind.True;
        return new Broadcast(item.EventId is { Length: > 0 } id ? id : null, gap, gap ? null : root.Clone());
    }

    /// <summary>What happened in a line, without the lists.</summary>
    public string Details() => Event is { } e && e.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object
        ? string.Join("  ", data.EnumerateObject()
            .Where(member => member.Value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object))
            .Where(member => member.Name is not ("workload_id" or "summary" or "message_id" or "transaction_id"))
            .Select(member => $"{member.Name}={member.Value}"))
        : "";

    private string Text(string member) => Event is { } e && e.TryGetProperty(member, out var value) ? value.GetString() ?? "" : "";
}
