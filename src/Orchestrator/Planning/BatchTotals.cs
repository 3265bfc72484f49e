using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Planning;

/// <summary>The sums of a batch.</summary>
internal sealed class BatchTotals
{
    private readonly PlanBatchTotals _totals = new();
    private PlanObjectiveKind? _objective;
    private bool _isMixed;

    public void Add(PlanBatchResult result)
    {
        if (result.Plan is not { } plan)
        {
            _totals.Failed++;
            return;
        }

        _totals.Planned++;
        _isMixed |= _objective is { } before && before != plan.Objective;
        _objective = plan.Objective;
        _totals.Cost += plan.Cost;
        _totals.NowCost += plan.NowCost;
    }

    /// <summary>Grams and pounds are not added.</summary>
    public PlanBatchTotals Sum()
    {
        if (_isMixed)
            (_totals.Cost, _totals.NowCost) = (0, 0);
        return _totals;
    }
}
