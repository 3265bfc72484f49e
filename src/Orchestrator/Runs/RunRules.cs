using Google.Protobuf.WellKnownTypes;
using Pylon.Conductor.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Runs;

/// <summary>
/// The states of a batch run. Reports of its phases in any order and number lead to the same state: counts only grow, a
/// phase only goes from waiting to running to failed to completed. A failure before the run was requested is of an earlier order.
/// <code>
///  requested ──► running ──► completed
///      │          │   ▲
///      │          ▼   │ the phase completes after all
///      └────────► failed            all but completed ──► cancelled, with the workload
/// </code>
/// </summary>
internal static class RunRules
{
    /// <summary>The Conductor defined the pipeline.</summary>
    public static RunRecord Define(RunRecord run, DefinePipelineResponse answer, DateTimeOffset now)
    {
        if (run.State != RunRecord.Requested)
            return run;
        var skipped = (answer.Analysis?.Phases ?? []).Where(v => v.Decision == Decision.SkipCompleted).Select(v => v.Phase).ToHashSet(StringComparer.Ordinal);
        // A skipped phase comes before the phases that need it.
        string[] order = answer.Analysis is { } analysis
            ? [.. analysis.Phases.Where(v => v.Decision is Decision.Run or Decision.SkipCompleted).Select(v => v.Phase)]
            : [.. answer.FinalPipeline];
        var phases = order.Select(name => skipped.Contains(name)
            ? new PhaseRun { Phase = name, State = PhaseRunState.Skipped }
            : run.Phases.FirstOrDefault(p => p.Phase == name) ?? new PhaseRun { Phase = name, State = PhaseRunState.Waiting });
        return Judge(
            run with { State = RunRecord.Running, Phases = [.. phases], DefinedAt = now, Attempts = 0, FailureReason = null, LeaseOwner = null },
            "",
            now);
    }

    /// <summary>The Conductor refuses the pipeline for good.</summary>
    public static RunRecord Refuse(RunRecord run, string reason, DateTimeOffset now) => run.State != RunRecord.Requested
        ? run
        : run with { State = RunRecord.Failed, FailureReason = reason, EndedAt = now, LeaseOwner = null };

    /// <summary>The Conductor did not answer.</summary>
    public static RunRecord Retry(RunRecord run, string reason, TimeSpan delay) => run.IsOver
        ? run
        : run with { Attempts = run.Attempts + 1, FailureReason = reason, LeaseOwner = null, DueIn = delay };

    /// <summary>Fails a run that has not ended in time; reports that come later still count.</summary>
    public static RunRecord Expire(RunRecord run, TimeSpan longest, DateTimeOffset now) => run.IsOver || now - run.RequestedAt < longest
        ? run
        : run with { State = RunRecord.Failed, FailureReason = $"the run did not end within {longest}", EndedAt = now, LeaseOwner = null, Withdraws = true, DueIn = TimeSpan.Zero };

    /// <summary>The Conductor hands out nothing of it any more.</summary>
    public static RunRecord Withdraw(RunRecord run) => run with { Withdraws = false, LeaseOwner = null, Attempts = 0 };

    /// <summary>The Conductor could not be told to hand out nothing of it.</summary>
    public static RunRecord RetryWithdrawal(RunRecord run, TimeSpan delay) => run with { Attempts = run.Attempts + 1, LeaseOwner = null, DueIn = delay };

    /// <summary>The Conductor answered how far the run is; unless that ends it, it is asked again.</summary>
    public static RunRecord Follow(RunRecord run, IEnumerable<PhaseReport> reports, TimeSpan next, DateTimeOffset now)
    {
        var applied = Apply(run, reports, now);
        return applied.IsOver ? applied : applied with { LeaseOwner = null, DueIn = next, Attempts = 0, FailureReason = null };
    }

    /// <summary>Applies reports; returns the same run when they contain nothing new.</summary>
    public static RunRecord Apply(RunRecord run, IEnumerable<PhaseReport> reports, DateTimeOffset now)
    {
        if (run.State == RunRecord.Cancelled)
            return run;
        var phases = run.Phases.Select(p => p.Clone()).ToList();
        var error = "";
        foreach (var told in reports)
        {
            // Should it be of this order after all, the Conductor says so when it is asked.
            var report = told.At < run.RequestedAt ? told with { Failed = false } : told;
            var phase = phases.Find(p => p.Phase == report.Phase);
            if (phase is null)
            {
                // Before the Conductor answers any phase may belong to the run; after that no other does.
                if (run.State != RunRecord.Requested)
                    continue;
                phases.Add(phase = new PhaseRun { Phase = report.Phase, State = PhaseRunState.Waiting });
            }

            Merge(phase, report);
            if (report.Failed && report.ErrorCode.Length > 0)
                error = $": {report.ErrorCode}";
        }

        return phases.SequenceEqual(run.Phases) ? run : Judge(run with { Phases = phases }, error, now);
    }

    private static void Merge(PhaseRun phase, PhaseReport report)
    {
        if (phase.State == PhaseRunState.Skipped)
            return;
        var at = Timestamp.FromDateTimeOffset(report.At);
        // A part goes from nothing to failed to completed, so each change makes this pair greater.
        if ((report.CompletedParts + report.FailedParts, report.CompletedParts).CompareTo((phase.Completed + phase.Failed, phase.Completed)) > 0)
            (phase.Completed, phase.Failed) = (report.CompletedParts, report.FailedParts);
        phase.Total = Math.Max(phase.Total, report.Total);
        phase.StartedAt = Earlier(phase.StartedAt, at);
        MergeWork(phase, report);
        if (report.Complete)
            (phase.EndedAt, phase.State) = (phase.State == PhaseRunState.Completed ? Earlier(phase.EndedAt, at) : at, PhaseRunState.Completed);
        else if (report.Failed && phase.State != PhaseRunState.Completed)
            (phase.EndedAt, phase.State) = (Earlier(phase.EndedAt, at), PhaseRunState.Failed);
        else if (phase.State == PhaseRunState.Waiting)
            phase.State = PhaseRunState.Running;
    }

    // The Conductor adds up; so the sum of more reports is the later one.
    private static void MergeWork(PhaseRun phase, PhaseReport report)
    {
        if (report.EnergyKwh is { } energy && (report.EnergyReports, energy).CompareTo((phase.EnergyReports, phase.EnergyKwh)) > 0)
            (phase.EnergyReports, phase.EnergyKwh) = (report.EnergyReports, energy);
        if (report.WorkStartedAt is { } start)
            phase.WorkStartedAt = Earlier(phase.WorkStartedAt, Timestamp.FromDateTimeOffset(start));
        if (report.WorkEndedAt is { } end && (phase.WorkEndedAt is not { } known || Timestamp.FromDateTimeOffset(end) > known))
            phase.WorkEndedAt = Timestamp.FromDateTimeOffset(end);
    }

    private static Timestamp Earlier(Timestamp? one, Timestamp other) => one is not null && one <= other ? one : other;

    private static RunRecord Judge(RunRecord run, string error, DateTimeOffset now)
    {
        if (run.DefinedAt is null || run.State == RunRecord.Completed)
            return run;
        var failed = run.Phases.FirstOrDefault(p => p.State == PhaseRunState.Failed);
        var state = failed is not null
            ? RunRecord.Failed
            : run.Phases.All(p => p.State is PhaseRunState.Completed or PhaseRunState.Skipped) ? RunRecord.Completed : RunRecord.Running;
        return state == run.State
            ? run
            : run with
            {
                State = state,
                EndedAt = state == RunRecord.Running ? null : now,
                // Whoever is asking about it is too late.
                LeaseOwner = state == RunRecord.Running ? run.LeaseOwner : null,
                FailureReason = failed is null ? null : $"phase {failed.Phase} failed{error}",
            };
    }
}
