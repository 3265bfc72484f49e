using Google.Protobuf.WellKnownTypes;
using Pylon.Conductor.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Runs;

/// <summary>
/// What becomes of a run. News of its phases lead to the same state in whatever order they come and however often:
/// counts only grow, a phase only goes from waiting to running to failed to completed.
/// <code>
///  requested ──► running ──► completed
///      │          │   ▲
///      │          ▼   │ the phase completes after all
///      └────────► failed            all but completed ──► cancelled, with the workload
/// </code>
/// </summary>
internal static class RunRules
{
    /// <summary>The Conductor has answered.</summary>
    public static RunRecord Define(RunRecord run, DefinePipelineResponse answer, DateTimeOffset now)
    {
        if (run.State != RunRecord.Requested)
            return run;
        var skipped = (answer.Analysis?.Phases ?? []).Where(v => v.Decision == Decision.SkipCompleted).Select(v => v.Phase).ToHashSet(StringComparer.Ordinal);
        // What is skipped was a requirement of what is left.
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

    /// <summary>The Conductor will never say yes.</summary>
    public static RunRecord Refuse(RunRecord run, string reason, DateTimeOffset now) => run.State != RunRecord.Requested
        ? run
        : run with { State = RunRecord.Failed, FailureReason = reason, EndedAt = now, LeaseOwner = null };

    /// <summary>The Conductor could not be asked.</summary>
    public static RunRecord Retry(RunRecord run, string reason, TimeSpan delay) =>
        run with { Attempts = run.Attempts + 1, FailureReason = reason, LeaseOwner = null, DueIn = delay };

    /// <summary>The same run when nothing of it is new.</summary>
    public static RunRecord Tell(RunRecord run, IEnumerable<PhaseNews> news, DateTimeOffset now)
    {
        if (run.State == RunRecord.Cancelled)
            return run;
        var phases = run.Phases.Select(p => p.Clone()).ToList();
        var error = "";
        foreach (var each in news)
        {
            var phase = phases.Find(p => p.Phase == each.Phase);
            if (phase is null)
            {
                // Which phases it has is not known before the answer is; after it, others are nothing of ours.
                if (run.State != RunRecord.Requested)
                    continue;
                phases.Add(phase = new PhaseRun { Phase = each.Phase, State = PhaseRunState.Waiting });
            }

            Merge(phase, each);
            if (each.Failed && each.ErrorCode.Length > 0)
                error = $": {each.ErrorCode}";
        }

        return phases.SequenceEqual(run.Phases) ? run : Judge(run with { Phases = phases }, error, now);
    }

    private static void Merge(PhaseRun phase, PhaseNews news)
    {
        if (phase.State == PhaseRunState.Skipped)
            return;
        var at = Timestamp.FromDateTimeOffset(news.At);
        // A part goes from nothing to failed to completed, so each change makes this pair greater.
        if ((news.CompletedParts + news.FailedParts, news.CompletedParts).CompareTo((phase.Completed + phase.Failed, phase.Completed)) > 0)
            (phase.Completed, phase.Failed) = (news.CompletedParts, news.FailedParts);
        phase.Total = Math.Max(phase.Total, news.Total);
        phase.StartedAt = Earlier(phase.StartedAt, at);
        if (news.Complete)
            (phase.EndedAt, phase.State) = (phase.State == PhaseRunState.Completed ? Earlier(phase.EndedAt, at) : at, PhaseRunState.Completed);
        else if (news.Failed && phase.State != PhaseRunState.Completed)
            (phase.EndedAt, phase.State) = (Earlier(phase.EndedAt, at), PhaseRunState.Failed);
        else if (phase.State == PhaseRunState.Waiting)
            phase.State = PhaseRunState.Running;
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
                FailureReason = failed is null ? null : $"phase {failed.Phase} failed{error}",
            };
    }
}
