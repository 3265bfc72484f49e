using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace Pylon.Transcoding.Json;

/// <summary>A time as RFC 3339 in UTC with as many of 0, 3, 6 or 9 digits of a second as it needs.</summary>
internal static class TimeText
{
    /// <summary>Bytes of the longest text: <c>2026-03-04T10:00:00.123456789Z</c>.</summary>
    public const int Longest = 30;

    private const int WholeSeconds = 19;

    /// <summary>False for a time that is not from the year 1 to 9999.</summary>
    /// <param name="time">The time.</param>
    /// <param name="text">At least <see cref="Longest"/> bytes; gets UTF-8.</param>
    /// <param name="length">The bytes written.</param>
    public static bool TryFormat(Timestamp time, Span<byte> text, out int length)
    {
        length = 0;
        var from = DateTimeOffset.MinValue.ToUnixTimeSeconds();
        var to = DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        if (time.Seconds < from || time.Seconds > to || time.Nanos is < 0 or >= 1_000_000_000)
            return false;
        // "O" is by far the fastest format; its own digits of the second are written over.
        DateTime.UnixEpoch.AddTicks(time.Seconds * TimeSpan.TicksPerSecond).TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        length = WholeSeconds;
        var (fraction, format) = time.Nanos switch
        {
            0 => (0, ""),
            var nanos when nanos % 1_000_000 == 0 => (nanos / 1_000_000, "D3"),
            var nanos when nanos % 1000 == 0 => (nanos / 1000, "D6"),
            var nanos => (nanos, "D9"),
        };
        if (format.Length > 0)
        {
            text[length++] = (byte)'.';
            fraction.TryFormat(text[length..], out var digits, format, CultureInfo.InvariantCulture);
            length += digits;
        }

        text[length++] = (byte)'Z';
        return true;
    }
}
