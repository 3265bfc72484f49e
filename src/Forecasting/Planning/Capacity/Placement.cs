namespace Pylon.Forecasting.Planning.Capacity;

/// <summary>Starts of jobs that are not interrupted, and how many run in each step.</summary>
internal sealed class Placement
{
    public const int Nowhere = -1;

    private readonly CapacityProblem _problem;
    private readonly int[] _starts;
    private readonly List<int>[] _jobsAt;

    public Placement(CapacityProblem problem)
    {
        _problem = problem;
        _starts = new int[problem.Jobs.Count];
        Array.Fill(_starts, Nowhere);
        _jobsAt = [.. Enumerable.Range(0, problem.Length).Select(_ => new List<int>())];
    }

    public IReadOnlyList<int> Starts => _starts;

    public Int128 Cost { get; private set; }

    public Int128 CostOf(int job) => _problem.CostFrom(job, _starts[job]);

    public int Earliest(int job) => _problem.First(job);

    public int Latest(int job) => _problem.Last(job) - _problem.Duration(job) + 1;

    public bool IsFull(int step) => _jobsAt[step].Count >= _problem.Capacity;

    public IReadOnlyList<int> JobsAt(int step) => _jobsAt[step];

    public void Place(int job, int start)
    {
        _starts[job] = start;
        Cost += CostOf(job);
        for (var step = start; step < start + _problem.Duration(job); step++)
            _jobsAt[step].Add(job);
    }

    public int Remove(int job)
    {
        var start = _starts[job];
        for (var step = start; step < start + _problem.Duration(job); step++)
            _jobsAt[step].Remove(job);
        Cost -= CostOf(job);
        _starts[job] = Nowhere;
        return start;
    }

    /// <summary>The cheapest start with room in every step, the earliest of equal ones, and the cost of the next best.</summary>
    public (int Start, Int128 Cost, Int128 Second) Best(int job)
    {
        var (best, cost, second, duration) = (Nowhere, Int128.MaxValue, Int128.MaxValue, _problem.Duration(job));
        var free = 0;
        for (var step = _problem.First(job); step <= _problem.Last(job); step++)
        {
            free = IsFull(step) ? 0 : free + 1;
            if (free < duration)
                continue;
            var one = _problem.CostFrom(job, step - duration + 1);
            if (one < cost)
                (best, cost, second) = (step - duration + 1, one, cost);
            else if (one < second)
                second = one;
        }

        return (best, cost, second);
    }
}
