using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Catalogues;
using Pylon.Events.V1;
using Pylon.Messaging;

namespace Pylon.Conductor.Completions;

/// <summary>
/// Reads completions of phases: our own events, and the envelopes of HuleEdu events,
/// <c>{event_id, event_type, event_timestamp, source_service, correlation_id, data}</c>.
/// </summary>
internal static class Completion
{
    private const int MaxIdLength = 200;

    /// <summary>A report, or the reason why the event is not a report.</summary>
    public static (PhaseReport? Report, string? Fault) Read(
        CompletionTopic topic, EntryFormat format, ReadOnlyMemory<byte> body, Catalogue catalogue, DateTimeOffset now)
    {
        try
        {
            var report = format switch
            {
                EntryFormat.Event => OfEvent(body.Span, now),
                EntryFormat.Envelope => OfEnvelope(topic, body, now),
                _ => throw new FormatException("the entry must have an event or an envelope"),
            };
            return catalogue.Phase(report.Phase) is null
                ? (null, $"phase '{report.Phase}' is not in the catalogue; it must be one of {string.Join(", ", catalogue.Phases.Select(p => p.Name))}")
                : (report, null);
        }
        catch (Exception e)
        {
            // Any writer may have written any bytes: whatever a reader says of them is a fault of this one event.
            return (null, e.Message);
        }
    }

    /// <summary>The ids in an event, empty where they cannot be read; for people who search for it. Does not throw.</summary>
    public static (string EventId, string BatchId) Ids(EntryFormat format, ReadOnlyMemory<byte> body)
    {
        try
        {
            if (format == EntryFormat.Event)
            {
                var read = Event.Parser.ParseFrom(body.Span);
                return (read.Id, read.PhaseReported?.BatchId ?? read.Subject);
            }

            using var json = JsonDocument.Parse(body);
            return (Known(json.RootElement, "event_id"), Known(json.RootElement, "data", "batch_id"));
        }
        catch (Exception)
        {
            return ("", "");
        }
    }

    private static string Known(JsonElement element, params IEnumerable<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return "";
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString()! : "";
    }

    private static PhaseReport OfEvent(ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        var read = Event.Parser.ParseFrom(body);
        if (read.DataCase != Event.DataOneofCase.PhaseReported)
            throw new FormatException($"the data of the event must be phase_reported, not {read.DataCase}");
        var data = read.PhaseReported;
        return new PhaseReport(
            Uuid(read.Id, "id"),
            Id(data.BatchId, "batch_id"),
            data.PhaseName,
            Optional(data.EntityId, "entity_id"),
            data.Succeeded,
            Optional(data.ErrorCode, "error_code"),
            Optional(data.CorrelationId, "correlation_id"),
            read.Time?.ToDateTimeOffset() ?? now)
        {
            Work = PhaseWork.Parse(data.HasEnergyKwh ? data.EnergyKwh : null, data.StartedAt, data.EndedAt),
        };
    }

    private static PhaseReport OfEnvelope(CompletionTopic topic, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        using var json = JsonDocument.Parse(body);
        var envelope = json.RootElement;
        if (envelope.ValueKind != JsonValueKind.Object)
            throw new FormatException("the envelope: must be an object");
        if (!envelope.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object)
            throw new FormatException("data: must be an object");
        var entity = Text(data, "entity_id");
        var batch = Text(data, "batch_id");
        // An event of a whole batch may name it as its entity.
        if (topic.WholeBatch && batch.Length == 0)
            batch = entity;
        var phase = topic.Phase.Length > 0 ? topic.Phase : Text(data, "phase_name");
        return new PhaseReport(
            Uuid(Text(envelope, "event_id"), "event_id"),
            Id(batch, "data.batch_id"),
            phase,
            topic.WholeBatch ? "" : Id(entity, "data.entity_id"),
            Succeeded(Text(data, "status")),
            Optional(Text(data, "error_code"), "data.error_code"),
            Optional(Text(data, "correlation_id") is { Length: > 0 } own ? own : Text(envelope, "correlation_id"), "correlation_id"),
            Time(Text(envelope, "event_timestamp")) ?? now);
    }

    // HuleEdu writes times with and without an offset; those without are UTC.
    private static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;

    private static bool Succeeded(string status) => status.ToLowerInvariant() switch
    {
        "success" or "succeeded" or "completed" or "completed_successfully" or "complete" => true,
        "failed" or "failure" or "error" or "failed_critically" => false,
        _ => throw new FormatException($"data.status: '{status}' must be success, succeeded, complete, completed, completed_successfully, failed, failure, error or failed_critically"),
    };

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString()!,
                JsonValueKind.Null => "",
                _ => throw new FormatException($"{name}: must be a string"),
            }
            : "";

    private static Guid Uuid(string text, string name) => Guid.TryParse(text, out var id) ? id : throw new FormatException($"{name}: must be a UUID");

    private static string Id(string text, string name) =>
        text.Length is > 0 and <= MaxIdLength && !text.Any(char.IsControl)
            ? text
            : throw new FormatException($"{name}: must have 1 to {MaxIdLength} characters, none of them a control character");

    private static string Optional(string text, string name) => text.Length == 0 ? "" : Id(text, name);
}
