using System.ComponentModel.DataAnnotations;

namespace Pylon.Gateway.Broadcast;

/// <summary>Settings <c>Broadcast:*</c>.</summary>
internal sealed class BroadcastOptions
{
    public const string Section = "Broadcast";

    /// <summary>Events queued for one subscriber; a subscriber whose queue is full is dropped and can resume.</summary>
    [Range(1, 1_000_000)]
    public int QueueLength { get; init; } = 1024;

    /// <summary>How long a dropped subscriber may take to read its queued events and the final error.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan DropGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Open streams of this instance; one more gets TOO_MANY_SUBSCRIBERS.</summary>
    [Range(1, 1_000_000)]
    public int MaxSubscribers { get; init; } = 100_000;

    /// <summary>Time between the comments that keep an idle stream open.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a browser waits before it reconnects, at least; each gets another time, up to two and a half times as long, so that they do not come at once.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a new subscriber waits for the event stream before it gets EVENTS_UNAVAILABLE.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Events per read of a replay.</summary>
    [Range(1, 10_000)]
    public int ReplayPage { get; init; } = 256;

    /// <summary>How long a page of a replay is kept for others that come back at the same position.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan ReplayKept { get; init; } = TimeSpan.FromSeconds(10);
}
