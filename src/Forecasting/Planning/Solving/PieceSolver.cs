using Pylon.Forecasting.Planning.Requests;

namespace Pylon.Forecasting.Planning.Solving;

/// <summary>
/// Runs of at least so many steps, a number of restarts with their energy, and a power profile that goes on after an
/// interruption: dynamic programming over (step, steps done, restarts left), from the end to the begin, in O(window × duration ×
/// (restarts + 1)). Exact; running is preferred to waiting at equal cost, which gives the earliest steps.
/// </summary>
internal sealed class PieceSolver
{
    private const byte Start = 1;
    private const byte GoOn = 2;

    // Costs are below 2^122 (CostSize); this one and a cost of either sign stays above half of it.
    private static readonly Int128 Never = Int128.One << 124;

    private readonly JobEnergy _energy;
    private readonly bool[] _blocked;
    private readonly int _duration;
    private readonly int _minPiece;
    private readonly int _layers;
    private readonly bool _restartsCount;
    private readonly int[] _free;

    public PieceSolver(PlanRequest request, JobEnergy energy, bool[] blocked)
    {
        (_energy, _blocked, _duration, _minPiece) = (energy, blocked, request.Duration, request.MinPiece);
        _layers = Layers(request);
        _restartsCount = _layers > 1 || request.MaxRestarts == 0;
        _free = FreeSteps(blocked);
    }

    /// <summary>False when the smallest values alone decide.</summary>
    public static bool IsNeeded(PlanRequest request) =>
        request.Shape == PlanShape.Interruptible && !IsConsecutive(request)
        && (request.MinPiece > 1 || request.RestartJoules > 0 || request.MaxRestarts is not null || !request.Power.IsFlat);

    /// <summary>True when no interruption is possible.</summary>
    public static bool IsConsecutive(PlanRequest request) =>
        request.Shape == PlanShape.Consecutive || request.MaxRestarts == 0 || request.MinPiece > request.Duration / 2;

    // The rows that are kept, of as many steps as a piece has, take more memory each than the choices.
    public static long States(PlanRequest request, int length) => Math.Max(length + 1L, 10 * (request.MinPiece + 1L)) * (request.Duration + 1L) * Layers(request);

    /// <summary>The steps in the order of time; null when they cannot be placed.</summary>
    public int[]? Best(Int128[] costs)
    {
        var length = costs.Length;
        var width = (_duration + 1) * _layers;
        var choices = new byte[(length + 1) * width];
        // Rows of the last steps: idle of one, running and sums along the diagonal of as many as a piece has.
        var rows = _minPiece + 1;
        var idle = new Int128[2][];
        var running = new Int128[rows][];
        var diagonal = new Int128[rows][];
        for (var row = 0; row < rows; row++)
            (running[row], diagonal[row]) = (new Int128[width], new Int128[_duration + 1]);
        (idle[0], idle[1]) = (new Int128[width], new Int128[width]);
        for (var t = length; t >= 0; t--)
        {
            Diagonal(t, costs, diagonal[t % rows], diagonal[(t + 1) % rows]);
            for (var done = 0; done <= _duration; done++)
            {
                for (var left = 0; left < _layers; left++)
                {
                    var state = (done * _layers) + left;
                    if (done == _duration)
                    {
                        (idle[t % 2][state], running[t % rows][state]) = (0, 0);
                        continue;
                    }

                    var wait = t < length ? idle[(t + 1) % 2][state] : Never;
                    var start = OrNever(StartCost(t, done, left, costs, running, diagonal));
                    var onward = t < length && !_blocked[t] ? OrNever((_energy.PerStep[done] * costs[t]) + running[(t + 1) % rows][state + _layers]) : Never;
                    idle[t % 2][state] = Int128.Min(start, wait);
                    running[t % rows][state] = Int128.Min(onward, wait);
                    choices[(t * width) + state] = (byte)((start < Never && start <= wait ? Start : 0) | (onward < Never && onward <= wait ? GoOn : 0));
                }
            }
        }

        return idle[0][_layers - 1] < Never ? Trace(choices, width) : null;
    }

    // A negative cost must not make it possible.
    private static Int128 OrNever(Int128 cost) => cost < Never >> 1 ? cost : Never;

    // More restarts than fit count as any number, which needs one layer.
    private static int Layers(PlanRequest request) => request.MaxRestarts is { } most && most < (request.Duration / request.MinPiece) - 1 ? most + 1 : 1;

    private static int[] FreeSteps(bool[] blocked)
    {
        var free = new int[blocked.Length + 1];
        for (var t = blocked.Length - 1; t >= 0; t--)
            free[t] = blocked[t] ? 0 : free[t + 1] + 1;
        return free;
    }

    // diagonal[done] = energy × cost of all steps from here on, were the job to run to its end without a pause.
    private void Diagonal(int t, Int128[] costs, Int128[] here, Int128[] next)
    {
        here[_duration] = 0;
        for (var done = _duration - 1; done >= 0; done--)
            here[done] = t < costs.Length ? (_energy.PerStep[done] * costs[t]) + next[done + 1] : 0;
    }

    private Int128 StartCost(int t, int done, int left, Int128[] costs, Int128[][] running, Int128[][] diagonal)
    {
        var needsRestart = done > 0;
        if (done + _minPiece > _duration || _free[t] < _minPiece || (needsRestart && _restartsCount && left == 0))
            return Never;
        var (after, rows) = (t + _minPiece, running.Length);
        var state = ((done + _minPiece) * _layers) + (needsRestart && _restartsCount ? left - 1 : left);
        var cost = running[after % rows][state] + diagonal[t % rows][done] - diagonal[after % rows][done + _minPiece];
        return needsRestart ? cost + (_energy.Restart * costs[t]) : cost;
    }

    private int[] Trace(byte[] choices, int width)
    {
        var steps = new List<int>(_duration);
        var (t, left, isRunning) = (0, _layers - 1, false);
        while (steps.Count < _duration)
        {
            var choice = choices[(t * width) + (steps.Count * _layers) + left];
            if (isRunning && (choice & GoOn) != 0)
            {
                steps.Add(t++);
            }
            else if (!isRunning && (choice & Start) != 0)
            {
                if (steps.Count > 0 && _restartsCount)
                    left--;
                steps.AddRange(Enumerable.Range(t, _minPiece));
                (t, isRunning) = (t + _minPiece, true);
            }
            else
            {
                (t, isRunning) = (t + 1, false);
            }
        }

        return [.. steps];
    }
}
