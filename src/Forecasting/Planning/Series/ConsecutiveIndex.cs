using System.Numerics;

namespace Pylon.Forecasting.Planning.Series;

/// <summary>
/// The start with the smallest sum of a fixed number of steps within any range of starts, in O(1): in blocks of 32 starts a
/// mask for each start says which starts of its block are smaller than all after them up to it; over blocks a sparse table.
/// About 6 bytes a start.
/// </summary>
/// <remarks>Fischer, Heun: Space-efficient preprocessing schemes for range minimum queries, 2011.</remarks>
internal sealed class ConsecutiveIndex
{
    private const int BlockBits = 5;
    private const int BlockMask = (1 << BlockBits) - 1;

    private readonly long[] _prefix;
    private readonly int _duration;
    private readonly uint[] _masks;
    private readonly int[][] _blocks;
    private long _lastUse;

    public ConsecutiveIndex(long[] prefix, int duration)
    {
        (_prefix, _duration) = (prefix, duration);
        _masks = Masks(prefix.Length - duration);
        _blocks = Blocks();
    }

    /// <summary>A number that grows with each use of any index.</summary>
    public ref long LastUse => ref _lastUse;

    /// <summary>The earliest of the best starts in [from, to].</summary>
    public int BestStart(int from, int to)
    {
        var (left, right) = (from >> BlockBits, to >> BlockBits);
        if (left == right)
            return InBlock(from, to);
        var best = InBlock(from, from | BlockMask);
        if (right - left > 1)
        {
            var level = BitOperations.Log2((uint)(right - left - 1));
            best = Better(best, _blocks[level][left + 1]);
            best = Better(best, _blocks[level][right - (1 << level)]);
        }

        return Better(best, InBlock(right << BlockBits, to));
    }

    private int InBlock(int from, int to) => (from & ~BlockMask) + BitOperations.TrailingZeroCount(_masks[to] & (uint.MaxValue << (from & BlockMask)));

    private int Better(int earlier, int later) => Sum(later) < Sum(earlier) ? later : earlier;

    private long Sum(int start) => _prefix[start + _duration] - _prefix[start];

    private uint[] Masks(int starts)
    {
        var masks = new uint[starts];
        for (var start = 0; start < starts; start++)
        {
            var mask = (start & BlockMask) == 0 ? 0 : masks[start - 1];
            var block = start & ~BlockMask;
            while (mask != 0 && Sum(block + BitOperations.Log2(mask)) > Sum(start))
                mask &= ~(1u << BitOperations.Log2(mask));
            masks[start] = mask | (1u << (start & BlockMask));
        }

        return masks;
    }

    private int[][] Blocks()
    {
        var blocks = ((_masks.Length - 1) >> BlockBits) + 1;
        var levels = new int[BitOperations.Log2((uint)blocks) + 1][];
        levels[0] = new int[blocks];
        for (var block = 0; block < blocks; block++)
            levels[0][block] = InBlock(block << BlockBits, Math.Min((block << BlockBits) | BlockMask, _masks.Length - 1));
        for (var level = 1; level < levels.Length; level++)
        {
            levels[level] = new int[blocks - (1 << level) + 1];
            for (var block = 0; block < levels[level].Length; block++)
                levels[level][block] = Better(levels[level - 1][block], levels[level - 1][block + (1 << (level - 1))]);
        }

        return levels;
    }
}
