namespace Pylon.Forecasting.Planning.Capacity;

/// <summary>
/// Makes a placement cheaper by moves: a job to a cheaper start that has room, or to one that has room when a single other
/// job moves to its own cheapest start, where both together cost less. Ends when no move helps, or at its bound.
/// </summary>
internal sealed class LocalSearch(CapacityProblem problem, Placement placement)
{
    private const int MostTries = 300_000;

    private int _tries;

    public void Run(CancellationToken cancellationToken)
    {
        var improved = true;
        while (improved && _tries < MostTries)
        {
            improved = false;
            for (var job = 0; job < problem.Jobs.Count && _tries < MostTries; job++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                improved |= TryImprove(job);
            }
        }
    }

    private bool TryImprove(int job)
    {
        var current = placement.CostOf(job);
        for (var start = placement.Earliest(job); start <= placement.Latest(job); start++)
        {
            if (problem.CostFrom(job, start) < current && TryMove(job, start))
                return true;
        }

        return false;
    }

    private bool TryMove(int job, int start)
    {
        var (before, from) = (placement.Cost, placement.Remove(job));
        var full = Enumerable.Range(start, problem.Duration(job)).Where(placement.IsFull).ToList();
        if (full.Count == 0)
        {
            placement.Place(job, start);
            return true;
        }

        foreach (var other in placement.JobsAt(full[0]).Where(other => full.TrueForAll(step => placement.JobsAt(step).Contains(other))).ToList())
        {
            if (++_tries >= MostTries)
                break;
            var otherFrom = placement.Remove(other);
            placement.Place(job, start);
            var (otherStart, cost, _) = placement.Best(other);
            if (otherStart != Placement.Nowhere && placement.Cost + cost < before)
            {
                placement.Place(other, otherStart);
                return true;
            }

            placement.Remove(job);
            placement.Place(other, otherFrom);
        }

        placement.Place(job, from);
        return false;
    }
}
