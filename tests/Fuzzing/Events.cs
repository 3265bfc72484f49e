using Google.Protobuf.WellKnownTypes;
using Pylon.Events.V1;

namespace Pylon.Fuzzing;

/// <summary>Events of phases, good and bad.</summary>
internal static class Events
{
    private const string Id = "5b0b7a1c-2d3e-4f50-8a61-7c8d9e0f1a2b";

    public static readonly string[] Names = ["event_id", "event_type", "event_timestamp", "source_service", "correlation_id", "data", "batch_id", "entity_id", "status", "phase_name", "error_code", "\\ud800"];

    public static Event Completion(Random random) => Timed(random, new Event
    {
        Id = Text(random, Id),
        PhaseReported = new PhaseReported
        {
            BatchId = Text(random, "b"),
            PhaseName = Text(random, "train"),
            EntityId = Text(random, "e"),
            Succeeded = true,
            ErrorCode = Text(random, ""),
            CorrelationId = Text(random, ""),
        },
    });

    public static Event Progress(Random random) => Timed(random, new Event
    {
        Id = Text(random, Id),
        BatchPhaseProgressed = new BatchPhaseProgressed
        {
            BatchId = Text(random, Id),
            PhaseName = Text(random, "train"),
            EntityId = Text(random, ""),
            ErrorCode = Text(random, ""),
            PhaseComplete = random.Next(2) == 0,
            Completed = random.Next(4) == 0 ? unchecked((int)random.NextInt64()) : 1,
            Failed = random.Next(4) == 0 ? -1 : 0,
            Total = random.Next(4) == 0 ? int.MaxValue : 2,
        },
    });

    public static string Envelope(Random random)
    {
        string Or(string good) => random.Next(12) == 0 ? AnyJson.Value(random, 3, Names) : good;
        var data = $$$"""{"entity_id":{{{Or("\"e\"")}}},"batch_id":{{{Or("\"b\"")}}},"status":{{{Or("\"SUCCESS\"")}}},"phase_name":{{{Or("\"nlp\"")}}},"error_code":{{{Or("null")}}},"correlation_id":{{{Or("\"c\"")}}}}""";
        return $$$"""{"event_id":{{{Or($"\"{Id}\"")}}},"event_timestamp":{{{Or("\"2026-03-01T10:00:00\"")}}},"correlation_id":{{{Or("\"c\"")}}},"data":{{{Or(data)}}}}""";
    }

    private static Event Timed(Random random, Event own)
    {
        if (random.Next(2) == 0)
            own.Time = new Timestamp { Seconds = random.Next(3) == 0 ? random.NextInt64() : random.Next(), Nanos = random.Next(3) == 0 ? random.Next() - (int.MaxValue / 2) : 0 };
        return own;
    }

    private static string Text(Random random, string good) => random.Next(6) > 0
        ? good
        : random.Next(6) switch { 0 => "", 1 => new string('é', 201), 2 => "a\0b", 3 => "😀", 4 => "\u2028\u200b", _ => " " };
}
