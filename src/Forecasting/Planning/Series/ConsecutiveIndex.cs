using System.Numerics;

namespace Pylon.Forecasting.Planning.Series;

/// <summary>
/// The start with the smallest sum of a fixed number of steps within any range of starts, in O(1): a sparse table of the
/// best starts over blocks of 16, and a look at each start of the two blocks at the ends. About two and a half bytes a start.
/// </summary>
/// <remarks>
/// Bender, Farach-Colton: The LCA problem revisited, 2000. Masks within blocks would answer somewhat faster, but cost eight times
/// as much to build.
/// </remarks>
internal sealed class ConsecutiveIndex
{
    private const int BlockBits = 4;
    private const int BlockMask = (1 << BlockBits) - 1;

    private readonly long[] _prefix;
    private readonly int _duration;
    private readonly int[][] _blocks;
    private long _lastUse;

    public ConsecutiveIndex(long[] prefix, int duration)
    {
        (_prefix, _duration) = (prefix, duration);
        _blocks = Blocks(prefix.Length - duration);
    }

    /// <summary>A number that grows with each use of any index.</summary>
    public ref long LastUse => ref _lastUse;

    /// <summary>The earliest of the best starts in [from, to].</summary>
    public static int Scan(long[] prefix, int duration, int from, int to)
    {
        var starts = prefix.AsSpan(from, to - from + 1);
        var ends = prefix.AsSpan(from + duration, starts.Length);
        var (best, least) = (0, ends[0] - starts[0]);
        for (var n = 1; n < starts.Length; n++)
        {
            var sum = ends[n] - starts[n];
            if (sum < least)
                (best, least) = (n, sum);
        }

        return from + best;
    }

    /// <summary>The earliest of the best starts in [from, to].</summary>
    public int BestStart(int from, int to)
    {
        var (left, right) = (from >> BlockBits, to >> BlockBits);
        if (right - left < 2)
            return Scan(_prefix, _duration, from, to);
        var best = Scan(_prefix, _duration, from, from | BlockMask);
        var level = BitOperations.Log2((uint)(right - left - 1));
        best = Better(best, _blocks[level][left + 1]);
        best = Better(best, _blocks[level][right - (1 << level)]);
        return Better(best, Scan(_prefix, _duration, right << BlockBits, to));
    }

    private int Better(int earlier, int later) => Sum(later) < Sum(earlier) ? later : earlier;

    private long Sum(int start) => _prefix[start + _duration] - _prefix[start];

    private int[][] Blocks(int starts)
    {
        var blocks = ((starts - 1) >> BlockBits) + 1;
        var levels = new int[BitOperations.Log2((uint)blocks) + 1][];
        levels[0] = new int[blocks];
        for (var block = 0; block < blocks; block++)
            levels[0][block] = Scan(_prefix, _duration, block << BlockBits, Math.Min((block << BlockBits) | BlockMask, starts - 1));
        for (var level = 1; level < levels.Length; level++)
        {
            levels[level] = new int[blocks - (1 << level) + 1];
            for (var block = 0; block < levels[level].Length; block++)
                levels[level][block] = Better(levels[level - 1][block], levels[level - 1][block + (1 << (level - 1))]);
        }

        return levels;
    }
}
