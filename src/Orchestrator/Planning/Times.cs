using Google.Protobuf.WellKnownTypes;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Planning;

/// <summary>Times and durations of requests, within bounds in which no sum overflows.</summary>
internal static class Times
{
    private const long LongestSeconds = 3660L * 24 * 3600;
    private static readonly long Earliest = new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private static readonly long Latest = new DateTimeOffset(2200, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    public static DateTimeOffset? Optional(Timestamp? time, string field) => time is null ? null : Required(time, field);

    public static DateTimeOffset Required(Timestamp? time, string field)
    {
        if (time is null)
            throw Refusal.InvalidArgument(field, "must be given").AsException();
        return time.Seconds >= Earliest && time.Seconds < Latest && time.Nanos is >= 0 and <= 999_999_999
            ? time.ToDateTimeOffset()
            : throw Refusal.InvalidArgument(field, "must be a time from year 1900 to 2199").AsException();
    }

    /// <summary>0 to ten years.</summary>
    public static TimeSpan Length(Duration duration, string field) =>
        duration.Seconds is >= 0 and <= LongestSeconds && duration.Nanos is >= 0 and <= 999_999_999
            ? duration.ToTimeSpan()
            : throw Refusal.InvalidArgument(field, "must be from 0 s to 10 years").AsException();
}
