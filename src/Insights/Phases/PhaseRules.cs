using System.Security.Cryptography;
using System.Text;
using Pylon.Insights.Entities;
using Pylon.Insights.Events;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;

namespace Pylon.Insights.Phases;

/// <summary>What is recorded of a phase. Pure.</summary>
internal static class PhaseRules
{
    private const int LongestId = 200;

    /// <summary>
    /// The event of what was reported since the last one; of a complete phase that told no energy its share of the estimate
    /// of the workload, by its parts of the parts of all phases. Null when there is nothing to record.
    /// </summary>
    public static NewEvent? EventOf(DuePhase due, BatchPlace place)
    {
        var (told, isTold) = (due.Progress, due.Progress.ToldKwh is not null);
        var kwh = isTold ? told.ToldKwh!.Value - due.RecordedKwh : Estimate(due, place);
        if (kwh is not { } energy || energy <= 0)
            return null;
        var (start, end) = TimesOf(due);
        return new NewEvent
        {
            EventId = IdOf(told, due.Version),
            Kind = EmissionKind.Compute,
            SupplierId = place.Entity,
            Start = start,
            End = end > start ? end : null,
            EnergyKwh = energy,
            RegionId = place.RegionId,
            WorkloadId = place.WorkloadId,
            BatchId = told.BatchId,
            Source = isTold ? "reported" : "estimated",
            Parts = Math.Max(told.Completed - due.RecordedParts, 0),
        };
    }

    /// <summary>Where the batch of a workload runs; null when nothing says it.</summary>
    public static BatchPlace? PlaceOf(string batchId, Guid workloadId, Workload workload)
    {
        var chosen = workload.Recommendations.FirstOrDefault(option => option.Rank == workload.ChosenOption);
        var entity = ((string?[])[chosen?.GridZoneCode, chosen?.GridZoneId, workload.HostDcId]).FirstOrDefault(id => !string.IsNullOrWhiteSpace(id));
        if (entity is null || !Field.Fits(entity, LongestId) || entity.Any(char.IsControl))
            return null;
        double? kwh = chosen is { HasEnergyKwh: true } ? chosen.EnergyKwh : workload.HasEstimatedEnergyKwh ? workload.EstimatedEnergyKwh : null;
        var phases = workload.Run?.Phases.Count(phase => phase.State != PhaseRunState.Skipped) ?? 0;
        return new BatchPlace(
            batchId, workloadId, entity, chosen is { HasRegionId: true, RegionId: >= 1 and <= 18 } ? chosen.RegionId : null,
            kwh is { } known && double.IsFinite(known) && known >= 0 ? known : null, Math.Max(phases, 1));
    }

    private static double? Estimate(DuePhase due, BatchPlace place)
    {
        var told = due.Progress;
        if (!told.IsComplete || due.RecordedKwh > 0)
            return null;
        var share = told is { Total: > 0, Completed: > 0 } ? Math.Min((double)told.Completed / told.Total, 1) : 1;
        return place.EstimatedKwh * share / place.Phases;
    }

    // Of the reports after an event the time after its end; where they tell none, that of the reports.
    private static (DateTimeOffset Start, DateTimeOffset End) TimesOf(DuePhase due)
    {
        var told = due.Progress;
        var end = told.WorkEndedAt ?? told.LastAt;
        var start = told.WorkStartedAt ?? told.FirstAt;
        if (due.RecordedUntil is { } until && until > start && until < end)
            start = until;
        if (start > end)
            start = end;
        return end - start > EventRules.LongestEvent ? (end - EventRules.LongestEvent, end) : (start, end);
    }

    private static string IdOf(PhaseProgress told, int version)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{told.BatchId.Length} {told.BatchId} {told.Phase}"));
        return $"phase:{Convert.ToHexStringLower(digest.AsSpan(0, 16))}:{version}";
    }
}
