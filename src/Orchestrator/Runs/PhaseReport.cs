using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pylon.Conductor.V1;
using Pylon.Events.V1;
using Pylon.Messaging;
using Field = Pylon.Rpc.Field;

namespace Pylon.Orchestrator.Runs;

/// <summary>A report of the progress of a phase of a batch. Reports may be late, repeated and in any order.</summary>
/// <param name="Failed">The batch as a whole has failed the phase.</param>
/// <param name="ErrorCode">Of the failure; empty when unknown.</param>
internal sealed record PhaseReport(
    string Phase, long CompletedParts, long FailedParts, long Total, bool Complete, bool Failed, string ErrorCode, DateTimeOffset At)
{
    /// <summary>kWh that were reported for the phase so far; null when none were.</summary>
    public double? EnergyKwh { get; init; }

    /// <summary>Reports that told an energy.</summary>
    public long EnergyReports { get; init; }

    /// <summary>The earliest start that was reported.</summary>
    public DateTimeOffset? WorkStartedAt { get; init; }

    /// <summary>The latest end that was reported.</summary>
    public DateTimeOffset? WorkEndedAt { get; init; }

    private const int MaxName = 200;
    private const long MaxCount = 1_000_000_000_000;

    public static PhaseReport Of(BatchPhaseProgressed progressed, DateTimeOffset at) => new(
        progressed.PhaseName,
        progressed.Completed,
        progressed.Failed,
        progressed.Total,
        progressed.PhaseComplete,
        progressed is { EntityId: "", Succeeded: false, PhaseComplete: false },
        progressed.ErrorCode,
        at)
    {
        EnergyKwh = progressed.HasEnergyKwh ? progressed.EnergyKwh : null,
        EnergyReports = progressed.EnergyReports,
        WorkStartedAt = progressed.StartedAt?.ToDateTimeOffset(),
        WorkEndedAt = progressed.EndedAt?.ToDateTimeOffset(),
    };

    public static PhaseReport Of(PhaseProgress progress, DateTimeOffset now) => new(
        progress.Phase,
        progress.Completed,
        progress.Failed,
        progress.Total,
        progress.State == PhaseState.Complete,
        progress.State == PhaseState.Failed,
        "",
        now)
    {
        EnergyKwh = progress.HasEnergyKwh ? progress.EnergyKwh : null,
        EnergyReports = progress.EnergyReports,
        WorkStartedAt = progress.StartedAt?.ToDateTimeOffset(),
        WorkEndedAt = progress.EndedAt?.ToDateTimeOffset(),
    };

    /// <summary>The report in an entry of the Conductor's topic and its workload; null when the entry is another event.</summary>
    /// <exception cref="FormatException">The entry is not an event of the Conductor.</exception>
    public static (Guid WorkloadId, PhaseReport Report)? Read(GroupEntry entry, DateTimeOffset now)
    {
        if (entry.Format != EntryFormat.Event)
            throw new FormatException("the entry must have an event");
        try
        {
            var read = Event.Parser.ParseFrom(entry.Body.Span);
            if (read.DataCase == Event.DataOneofCase.None)
                throw new FormatException("the event must have data");
            if (read.BatchPhaseProgressed is not { } progressed)
                return null;
            var at = read.Time?.ToDateTimeOffset() ?? now;
            if (progressed.PhaseName.Length == 0 || !Field.Fits(progressed.PhaseName, MaxName) || progressed.PhaseName.Any(char.IsControl))
                throw new FormatException($"phase_name: must have 1 to {MaxName} characters, none of them a control character");
            if (((long[])[progressed.Completed, progressed.Failed, progressed.Total, progressed.EnergyReports]).Any(count => count is < 0 or > MaxCount))
                throw new FormatException($"completed, failed, total and energy_reports: must be from 0 to {MaxCount}");
            if (progressed.HasEnergyKwh && !(progressed.EnergyKwh >= 0 && progressed.EnergyKwh <= MaxCount))
                throw new FormatException($"energy_kwh: must be from 0 to {MaxCount}");
            if (!IsTime(progressed.StartedAt) || !IsTime(progressed.EndedAt))
                throw new FormatException("started_at and ended_at: must be from 2000 to 2199");
            return Guid.TryParseExact(progressed.BatchId, "D", out var id) ? (id, Of(progressed, at)) : null;
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidOperationException)
        {
            throw new FormatException(e.Message, e);
        }
    }

    // As is_time in the migrations.
    private static bool IsTime(Timestamp? time) => time is null || time.ToDateTimeOffset().Year is >= 2000 and < 2200;
}
