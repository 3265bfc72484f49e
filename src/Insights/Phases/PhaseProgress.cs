using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pylon.Events.V1;
using Pylon.Messaging;
using Field = Pylon.Rpc.Field;

namespace Pylon.Insights.Phases;

/// <summary>The progress of a phase of a batch, as an event of the Conductor tells it: sums after a change.</summary>
internal sealed record PhaseProgress(string BatchId, string Phase)
{
    /// <summary>kWh that were reported so far; null when none were.</summary>
    public double? ToldKwh { get; init; }

    /// <summary>Reports that told an energy.</summary>
    public long EnergyReports { get; init; }

    /// <summary>Parts of the batch that completed the phase.</summary>
    public long Completed { get; init; }

    /// <summary>Parts of the batch.</summary>
    public long Total { get; init; }

    public bool IsComplete { get; init; }

    /// <summary>The earliest start that a worker told.</summary>
    public DateTimeOffset? WorkStartedAt { get; init; }

    /// <summary>The latest end that a worker told.</summary>
    public DateTimeOffset? WorkEndedAt { get; init; }

    public required DateTimeOffset FirstAt { get; init; }

    public required DateTimeOffset LastAt { get; init; }

    private const int LongestName = 200;
    private const long MostCount = 1_000_000_000_000;
    private const long EarliestSecond = 946_684_800;
    private const long LatestSecond = 7_258_118_399;

    /// <summary>The progress in an entry of the topic; null when the entry is another event.</summary>
    /// <exception cref="FormatException">The entry is not an event of the Conductor.</exception>
    public static PhaseProgress? Read(GroupEntry entry, DateTimeOffset now)
    {
        if (entry.Format != EntryFormat.Event)
            throw new FormatException("the entry must have an event");
        Event read;
        try
        {
            read = Event.Parser.ParseFrom(entry.Body.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new FormatException(e.Message, e);
        }

        if (read.DataCase == Event.DataOneofCase.None)
            throw new FormatException("the event must have data");
        if (read.BatchPhaseProgressed is not { } told)
            return null;
        Name(told.BatchId, "batch_id");
        Name(told.PhaseName, "phase_name");
        if (((long[])[told.Completed, told.Failed, told.Total, told.EnergyReports]).Any(count => count is < 0 or > MostCount))
            throw new FormatException($"completed, failed, total and energy_reports: must be from 0 to {MostCount}");
        if (told.HasEnergyKwh && !(told.EnergyKwh >= 0 && told.EnergyKwh <= MostCount))
            throw new FormatException($"energy_kwh: must be from 0 to {MostCount}");
        var (start, end, at) = (Time(told.StartedAt, "started_at"), Time(told.EndedAt, "ended_at"), Time(read.Time, "time") ?? now);
        if (start > end)
            throw new FormatException("ended_at: must not be before started_at");
        return new PhaseProgress(told.BatchId, told.PhaseName)
        {
            ToldKwh = told.HasEnergyKwh ? told.EnergyKwh : null,
            EnergyReports = told.EnergyReports,
            Completed = told.Completed,
            Total = told.Total,
            IsComplete = told.PhaseComplete,
            WorkStartedAt = start,
            WorkEndedAt = end,
            FirstAt = at,
            LastAt = at,
        };
    }

    /// <summary>What two reports of a phase say together, in any order.</summary>
    public PhaseProgress With(PhaseProgress other)
    {
        var told = (other.EnergyReports, other.ToldKwh ?? -1).CompareTo((EnergyReports, ToldKwh ?? -1)) > 0 ? other : this;
        return this with
        {
            ToldKwh = told.ToldKwh,
            EnergyReports = told.EnergyReports,
            Completed = Math.Max(Completed, other.Completed),
            Total = Math.Max(Total, other.Total),
            IsComplete = IsComplete || other.IsComplete,
            WorkStartedAt = Earliest(WorkStartedAt, other.WorkStartedAt),
            WorkEndedAt = WorkEndedAt is null || other.WorkEndedAt > WorkEndedAt ? other.WorkEndedAt ?? WorkEndedAt : WorkEndedAt,
            FirstAt = other.FirstAt < FirstAt ? other.FirstAt : FirstAt,
            LastAt = other.LastAt > LastAt ? other.LastAt : LastAt,
        };
    }

    private static DateTimeOffset? Earliest(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;

    private static void Name(string text, string field)
    {
        if (text.Length == 0 || !Field.Fits(text, LongestName) || text.Any(char.IsControl))
            throw new FormatException($"{field}: must have 1 to {LongestName} characters, none of them a control character");
    }

    // As the Conductor takes it.
    private static DateTimeOffset? Time(Timestamp? time, string field)
    {
        if (time is null)
            return null;
        if (time.Seconds is < EarliestSecond or > LatestSecond || time.Nanos is < 0 or >= 1_000_000_000)
            throw new FormatException($"{field}: must be from 2000 to 2199");
        return new DateTimeOffset(time.ToDateTimeOffset().UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
    }
}
