using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pylon.Cli.Client;

/// <summary>One message of the broadcast stream: a CloudEvent in JSON, or a gap.</summary>
internal sealed partial record Broadcast(string? Position, bool Gap, JsonElement? Event)
{
    /// <summary>For example <c>workload.queued</c>.</summary>
    public string Type => VersionedType().Replace(Text("type"), "${name}");

    /// <summary>The id of its workload or batch.</summary>
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

    /// <summary>Its data in a line, without empty and nested values.</summary>
    public string Details() => Event is { } e && e.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object
        ? Type == "batch.phase_progressed" ? Progress(data) : string.Join("  ", data.EnumerateObject()
            .Where(member => member.Name is not ("workload_id" or "summary" or "message_id" or "transaction_id" or "batch_id" or "correlation_id"))
            .Select(member => (member.Name, Value: Value(member.Value)))
            .Where(member => member.Value.Length > 0)
            .Select(member => $"{member.Name}={member.Value}"))
        : "";

    // The most frequent event: "train part-2 done, 2/4".
    private static string Progress(JsonElement data)
    {
        string Of(string member) => data.TryGetProperty(member, out var value) ? Value(value) : "";
        var outcome = Of("succeeded") == "True" ? "done" : $"failed {Of("error_code")}".TrimEnd();
        return $"{Of("phase_name")} {Of("entity_id")} {outcome}, {Of("completed")}/{Of("total")}" + (Of("phase_complete") == "True" ? " ✓" : "");
    }

    private static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "",
        JsonValueKind.Array when value.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String) =>
            string.Join(',', value.EnumerateArray().Select(one => one.GetString())),
        JsonValueKind.Array => "",
        _ => value.ToString(),
    };

    private string Text(string member) => Event is { } e && e.TryGetProperty(member, out var value) ? value.GetString() ?? "" : "";

    [GeneratedRegex(@"^pylon\.(?<name>.+)\.v.*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionedType();
}
