namespace Pylon.Conductor.Batches;

/// <summary>
/// The state of one batch and its only rule: a phase of an entity, or of the whole batch, goes from nothing to failed to
/// completed and never back. Only a later order takes back that the whole batch has failed. In Redis a script does the same to
/// the same fields.
/// </summary>
internal sealed class BatchState
{
    private readonly Dictionary<(string Phase, string Entity), Mark> _marks = [];
    private readonly HashSet<string> _entities = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Completed, long Failed)> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PhaseWork> _work = new(StringComparer.Ordinal);

    public long Expected { get; set; }

    public long Revision { get; set; }

    /// <summary>The revision of the last order that was placed; 0 without one. A phase that failed as a whole before it has not failed.</summary>
    public long Order { get; set; }

    public long Total => Math.Max(Expected, _entities.Count);

    /// <summary>The entities that are known.</summary>
    public IReadOnlyCollection<string> Entities => _entities;

    /// <summary>What is known of each phase and entity; the empty entity is the whole batch.</summary>
    public IReadOnlyDictionary<(string Phase, string Entity), Mark> Marks => _marks;

    /// <summary>Completed and failed entities of each phase with a report on an entity.</summary>
    public IReadOnlyDictionary<string, (long Completed, long Failed)> Counts => _counts;

    /// <summary>What each phase took, of the reports that changed it.</summary>
    public IReadOnlyDictionary<string, PhaseWork> Work => _work;

    public ReportOutcome Apply(PhaseReport report)
    {
        var key = (report.Phase, report.EntityId);
        var before = _marks.TryGetValue(key, out var mark) ? mark : null;
        var revision = report.Revision ?? Order;
        // Under each order a phase may fail as a whole.
        var changed = report.FailsPhase
            ? before?.Succeeded != true && revision >= Order && !(before?.Revision >= revision)
            : Advances(before?.Succeeded, report.Succeeded);
        if (changed)
        {
            _marks[key] = new Mark(report.Succeeded, report.EventId, revision);
            if (report.EntityId.Length > 0)
                Count(report, before?.Succeeded);
            _work[report.Phase] = _work.GetValueOrDefault(report.Phase, PhaseWork.None).Add(report.Work);
            Revision++;
        }

        return new ReportOutcome(changed, Of(report.Phase));
    }

    public BatchSnapshot Snapshot(string batchId) => new(
        batchId, Revision, Total, _marks.Keys.Select(k => k.Phase).Distinct(StringComparer.Ordinal).ToDictionary(p => p, Of, StringComparer.Ordinal));

    /// <summary>True when a report takes what is known one step further.</summary>
    private static bool Advances(bool? known, bool reported) => known switch
    {
        null => true,
        false => reported,
        true => false,
    };

    private Progress Of(string phase)
    {
        var (completed, failed) = _counts.GetValueOrDefault(phase);
        var whole = _marks.GetValueOrDefault((phase, ""));
        return new Progress(phase, completed, failed, Total, whole?.Succeeded == false && whole.Revision < Order ? null : whole?.Succeeded)
        {
            Work = _work.GetValueOrDefault(phase, PhaseWork.None),
        };
    }

    private void Count(PhaseReport report, bool? before)
    {
        _entities.Add(report.EntityId);
        var (completed, failed) = _counts.GetValueOrDefault(report.Phase);
        _counts[report.Phase] = report.Succeeded ? (completed + 1, failed - (before is false ? 1 : 0)) : (completed, failed + 1);
    }

    /// <summary>What is known, the report that made it so, and the order that there was.</summary>
    internal sealed record Mark(bool Succeeded, Guid EventId, long Revision);
}
