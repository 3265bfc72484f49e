using System.Globalization;
using System.Runtime.InteropServices;

namespace Pylon.Messaging;

/// <summary>A Redis stream id, <c>milliseconds-sequence</c>, as a position.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RedisPosition(ulong Milliseconds, ulong Sequence)
{
    // Redis takes no id of any length, and an unsigned number of 64 bits has no more.
    private const int MostDigits = 20;

    public static readonly RedisPosition Start = default;

    /// <summary>The greatest position less than this one.</summary>
    public RedisPosition Previous => this switch
    {
        (0, 0) => this,
        (var ms, 0) => new(ms - 1, ulong.MaxValue),
        var (ms, sequence) => new(ms, sequence - 1),
    };

    public static bool TryParse(string? text, out RedisPosition position)
    {
        position = default;
        var dash = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        if (dash is < 0 or > MostDigits
            || text!.Length - dash - 1 > MostDigits
            // TryParse takes a number with NUL at its end.
            || text.Contains('\0', StringComparison.Ordinal)
            || !ulong.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            || !ulong.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            return false;
        }

        position = new(ms, sequence);
        return true;
    }

    public int Compare(RedisPosition other) =>
        Milliseconds != other.Milliseconds ? Milliseconds.CompareTo(other.Milliseconds) : Sequence.CompareTo(other.Sequence);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds}-{Sequence}");
}
