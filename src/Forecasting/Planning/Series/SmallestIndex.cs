using System.Numerics;
using System.Runtime.InteropServices;

namespace Pylon.Forecasting.Planning.Series;

/// <summary>
/// The k smallest values within any range of steps: their sum in one visit for each bit of the rank, 14 for a year of hours,
/// and their list in O(k) more. A wavelet matrix over the ranks by (value, step): on each level the steps are parted by one
/// bit of the rank, the highest first, and stay in the order of time within each part; prefix counts and sums of the zeros
/// say how many of a range are in the smaller half and what they add up to. 16 bytes a step and level.
/// </summary>
/// <remarks>
/// The wavelet matrix: Information Systems 47, 2015. It answers as a persistent segment tree over ranks does, in the same
/// number of visits, with a smaller and contiguous layout.
/// </remarks>
internal sealed class SmallestIndex
{
    // So many are added up one by one rather than level by level.
    private const int FewSteps = 8;

    private readonly int _levels;
    private readonly int _width;
    private readonly long[] _values;
    private readonly Cell[] _cells;

    public SmallestIndex(long[] values)
    {
        _values = values;
        _width = values.Length + 1;
        _levels = BitOperations.Log2((uint)values.Length) + 1;
        _cells = new Cell[(_levels + 1) * _width];
        Fill(Ranks(values));
    }

    /// <summary>Sum, first and last step of the <paramref name="count"/> smallest values in [from, to).</summary>
    public (long Sum, int First, int Last) Smallest(int from, int to, int count)
    {
        var (sum, first, last) = (0L, int.MaxValue, -1);
        for (var level = 0; level < _levels && count > 0; level++)
        {
            if (count == to - from && count <= FewSteps)
                return All(Level(level)[from..to], sum, first, last);
            var cells = Level(level);
            ref readonly var left = ref cells[from];
            ref readonly var right = ref cells[to];
            var zeros = right.Zeros - left.Zeros;
            if (count < zeros)
            {
                (from, to) = (left.Zeros, right.Zeros);
                continue;
            }

            if (zeros > 0)
            {
                var below = Level(level + 1);
                sum += right.ZeroSum - left.ZeroSum;
                first = Math.Min(first, below[left.Zeros].Step);
                last = Math.Max(last, below[right.Zeros - 1].Step);
                count -= zeros;
            }

            var allZeros = cells[^1].Zeros;
            (from, to) = (allZeros + from - left.Zeros, allZeros + to - right.Zeros);
        }

        return count == 0 ? (sum, first, last) : All(Level(_levels)[from..to], sum, first, last);
    }

    /// <summary>The steps with the smallest values in [from, to), as many as there is room for, in the order of time.</summary>
    public void List(int from, int to, Span<int> steps)
    {
        var found = 0;
        for (var level = 0; level < _levels && found < steps.Length; level++)
        {
            var cells = Level(level);
            var (left, right, allZeros) = (cells[from].Zeros, cells[to].Zeros, cells[^1].Zeros);
            if (steps.Length - found < right - left)
            {
                (from, to) = (left, right);
                continue;
            }

            foreach (ref readonly var cell in Level(level + 1)[left..right])
                steps[found++] = cell.Step;
            (from, to) = (allZeros + from - left, allZeros + to - right);
        }

        if (found < steps.Length)
            steps[found] = Level(_levels)[from].Step;
        steps.Sort();
    }

    private (long Sum, int First, int Last) All(ReadOnlySpan<Cell> cells, long sum, int first, int last)
    {
        foreach (ref readonly var cell in cells)
            sum += _values[cell.Step];
        return (sum, Math.Min(first, cells[0].Step), Math.Max(last, cells[^1].Step));
    }

    private static int[] Ranks(long[] values)
    {
        var (sorted, order) = (values.ToArray(), Enumerable.Range(0, values.Length).ToArray());
        Array.Sort(sorted, order);
        for (int from = 0, to; from < sorted.Length; from = to)
        {
            for (to = from + 1; to < sorted.Length && sorted[to] == sorted[from];)
                to++;
            Array.Sort(order, from, to - from);
        }

        var ranks = new int[values.Length];
        for (var rank = 0; rank < ranks.Length; rank++)
            ranks[order[rank]] = rank;
        return ranks;
    }

    private void Fill(int[] ranks)
    {
        var (steps, next) = (Enumerable.Range(0, ranks.Length).ToArray(), new int[ranks.Length]);
        for (var level = 0; level < _levels; level++)
        {
            var bit = 1 << (_levels - 1 - level);
            var cells = Level(level);
            var (zeros, zeroSum) = (0, 0L);
            for (var n = 0; n < steps.Length; n++)
            {
                cells[n] = new Cell(zeroSum, zeros, steps[n]);
                if ((ranks[steps[n]] & bit) != 0)
                    continue;
                zeroSum += _values[steps[n]];
                next[zeros++] = steps[n];
            }

            cells[^1] = new Cell(zeroSum, zeros, -1);
            foreach (var step in steps)
            {
                if ((ranks[step] & bit) != 0)
                    next[zeros++] = step;
            }

            (steps, next) = (next, steps);
        }

        for (var n = 0; n < steps.Length; n++)
            Level(_levels)[n] = new Cell(0, 0, steps[n]);
    }

    private Span<Cell> Level(int level) => _cells.AsSpan(level * _width, _width);

    /// <param name="ZeroSum">Sum of the values before this place whose bit is 0.</param>
    /// <param name="Zeros">Their number.</param>
    /// <param name="Step">The step at this place.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Cell(long ZeroSum, int Zeros, int Step);
}
