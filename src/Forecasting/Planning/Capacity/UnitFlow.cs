using System.Numerics;

namespace Pylon.Forecasting.Planning.Capacity;

/// <summary>
/// Interruptible jobs under a capacity: the cheapest flow from jobs to steps, exact. Jobs come one by one and each of their
/// steps takes the shortest path, in reduced costs, to a step with room, moving other jobs on its way. Among equal costs the
/// sum of the steps is smallest.
/// </summary>
/// <remarks>
/// Successive shortest paths with potentials: Edmonds, Karp, 1972. Nodes are jobs, then steps, then the sink; only the
/// potentials of nodes nearer than the sink change.
/// </remarks>
/// <typeparam name="T">Holds the cost of any path: long or Int128.</typeparam>
internal sealed class UnitFlow<T> : IUnitFlow
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    private readonly CapacityProblem _problem;
    private readonly int _jobs;
    private readonly int _sink;
    private readonly bool[][] _runs;
    private readonly T[][] _costs;
    private readonly List<int>[] _jobsAt;
    private readonly T[] _potential;
    private readonly T[] _distance;
    private readonly int[] _from;
    private readonly int[] _seen;
    private readonly bool[] _settled;
    private readonly List<int> _touched = [];
    private readonly PriorityQueue<int, T> _queue = new();
    private int _search;

    public UnitFlow(CapacityProblem problem)
    {
        (_problem, _jobs) = (problem, problem.Jobs.Count);
        _sink = _jobs + problem.Length;
        _runs = [.. Enumerable.Range(0, _jobs).Select(job => new bool[problem.Last(job) - problem.First(job) + 1])];
        _costs = [.. _runs.Select((row, job) => row.Select((_, n) => T.CreateChecked(problem.ScaledCost(job, problem.First(job) + n))).ToArray())];
        _jobsAt = [.. Enumerable.Range(0, problem.Length).Select(_ => new List<int>())];
        (_potential, _distance) = (new T[_sink + 1], new T[_sink + 1]);
        (_from, _seen, _settled) = (new int[_sink + 1], new int[_sink + 1], new bool[_sink + 1]);
    }

    public int? Run(CancellationToken cancellationToken)
    {
        for (var job = 0; job < _jobs; job++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _potential[job] = T.MinValue;
            for (var step = _problem.First(job); step <= _problem.Last(job); step++)
                _potential[job] = T.Max(_potential[job], _potential[_jobs + step] - Cost(job, step));
            for (var unit = 0; unit < _problem.Duration(job); unit++)
            {
                if (!TryAdd(job))
                    return job;
            }
        }

        return null;
    }

    public IReadOnlyList<int[]> Steps() =>
        [.. Enumerable.Range(0, _jobs).Select(job => Enumerable.Range(0, _runs[job].Length).Where(n => _runs[job][n]).Select(n => _problem.Begin + _problem.First(job) + n).ToArray())];

    private T Cost(int job, int step) => _costs[job][step - _problem.First(job)];

    private bool TryAdd(int job)
    {
        Begin(job);
        while (_queue.TryDequeue(out var node, out _))
        {
            if (_settled[node])
                continue;
            if (node == _sink)
            {
                Augment(job);
                return true;
            }

            _settled[node] = true;
            _touched.Add(node);
            if (node < _jobs)
                LeaveJob(node);
            else
                LeaveStep(node);
        }

        return false;
    }

    private void Begin(int job)
    {
        foreach (var node in _touched)
            _settled[node] = false;
        _touched.Clear();
        _queue.Clear();
        _search++;
        Reach(job, T.Zero, -1);
    }

    private void LeaveJob(int job)
    {
        var (costs, runs, first) = (_costs[job], _runs[job], _jobs + _problem.First(job));
        for (var n = 0; n < costs.Length; n++)
        {
            if (!runs[n])
                Relax(job, first + n, costs[n]);
        }
    }

    private void LeaveStep(int node)
    {
        var step = node - _jobs;
        foreach (var job in _jobsAt[step])
            Relax(node, job, -Cost(job, step));
    }

    private void Relax(int node, int next, T cost)
    {
        if (!_settled[next])
            Reach(next, _distance[node] + cost + _potential[node] - _potential[next], node);
    }

    // What is no nearer than the sink cannot be on the way to it.
    private void Reach(int node, T distance, int from)
    {
        if ((_seen[node] == _search && _distance[node] <= distance) || (_seen[_sink] == _search && _distance[_sink] <= distance))
            return;
        (_seen[node], _distance[node], _from[node]) = (_search, distance, from);
        _queue.Enqueue(node, distance);
        // A step with room shows how near the sink is before its turn comes.
        if (node >= _jobs && node < _sink && _jobsAt[node - _jobs].Count < _problem.Capacity)
            Reach(_sink, distance + _potential[node] - _potential[_sink], node);
    }

    private void Augment(int job)
    {
        foreach (var node in _touched)
            _potential[node] += _distance[node] - _distance[_sink];
        for (var step = _from[_sink]; ;)
        {
            var taker = _from[step];
            Set(taker, step - _jobs, true);
            if (taker == job)
                return;
            step = _from[taker];
            Set(taker, step - _jobs, false);
        }
    }

    private void Set(int job, int step, bool runs)
    {
        _runs[job][step - _problem.First(job)] = runs;
        if (runs)
            _jobsAt[step].Add(job);
        else
            _jobsAt[step].Remove(job);
    }
}
