using System.ComponentModel.DataAnnotations;

namespace Pylon.Gateway.Broadcast;

/// <summary>Settings <c>Broadcast:*</c>.</summary>
internal sealed class BroadcastOptions
{
    public const string Section = "Broadcast";

    /// <summary>The topics that are broadcast: the one list of them.</summary>
    public static readonly IReadOnlyList<string> Topics = ["workloads", "batches", "grid"];

    /// <summary>Events that may wait for one subscriber; with more it is dropped, and can resume.</summary>
    [Range(1, 1_000_000)]
    public int QueueLength { get; init; } = 1024;

    /// <summary>What a dropped subscriber still has to take what waits for it, and to learn that it was dropped.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan DropGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Open streams of this instance; one more gets TOO_MANY_SUBSCRIBERS.</summary>
    [Range(1, 1_000_000)]
    public int MaxSubscribers { get; init; } = 100_000;

    /// <summary>Between the comments that keep an idle stream open.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a browser waits before it connects again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a subscriber waits for the stream to be there, before it is told that it is not.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Events read at once when what was missed is replayed.</summary>
    [Range(1, 10_000)]
    public int ReplayPage { get; init; } = 256;
}
