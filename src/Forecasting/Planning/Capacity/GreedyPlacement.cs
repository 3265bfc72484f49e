namespace Pylon.Forecasting.Planning.Capacity;

/// <summary>First plans of jobs that are not interrupted: each job at its cheapest start that has room, in some order.</summary>
internal static class GreedyPlacement
{
    private const int MostAttempts = 20;

    /// <summary>
    /// In the given order. A job that finds no room comes first in the next attempt, a limited number of times; null when
    /// all of them fail, with the job of the last.
    /// </summary>
    public static Placement? InOrder(CapacityProblem problem, IEnumerable<int> order, out int failed)
    {
        var jobs = order.ToList();
        failed = Placement.Nowhere;
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var placement = new Placement(problem);
            failed = jobs.Find(job => !TryPlace(placement, job), Placement.Nowhere);
            if (failed == Placement.Nowhere)
                return placement;
            jobs.Remove(failed);
            jobs.Insert(0, failed);
        }

        return null;
    }

    /// <summary>Always the job that would lose most if its cheapest start were taken; null when one finds no room.</summary>
    public static Placement? ByRegret(CapacityProblem problem, CancellationToken cancellationToken)
    {
        var placement = new Placement(problem);
        var left = Enumerable.Range(0, problem.Jobs.Count).ToList();
        var best = left.ConvertAll(placement.Best);
        while (left.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var job = left.MaxBy(one => best[one].Second == Int128.MaxValue ? Int128.MaxValue : best[one].Second - best[one].Cost);
            if (best[job].Start == Placement.Nowhere)
                return null;
            placement.Place(job, best[job].Start);
            left.Remove(job);
            var filled = Enumerable.Range(best[job].Start, problem.Duration(job)).Where(placement.IsFull).ToList();
            foreach (var other in left.Where(other => filled.Exists(step => step >= problem.First(other) && step <= problem.Last(other))))
                best[other] = placement.Best(other);
        }

        return placement;
    }

    private static bool TryPlace(Placement placement, int job)
    {
        var start = placement.Best(job).Start;
        if (start != Placement.Nowhere)
            placement.Place(job, start);
        return start != Placement.Nowhere;
    }

    private static int Find(this List<int> jobs, Predicate<int> match, int otherwise) => jobs.FindIndex(match) is >= 0 and var index ? jobs[index] : otherwise;
}
