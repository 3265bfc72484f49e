using System.ComponentModel.DataAnnotations;

namespace Pylon.Messaging;

/// <summary>How the event stream is kept and read; the configuration section <c>EventStream</c>.</summary>
public sealed class EventStreamOptions
{
    /// <summary>Where the events are: one of them, never both. See <c>docs/operations.md</c> for the change from one to the other.</summary>
    public EventStreamKind Kind { get; set; }

    /// <summary>Events that Redis keeps of each topic, roughly: it trims whole blocks of about a hundred. Kafka keeps them for <c>Kafka__Retention</c>.</summary>
    [Range(1, int.MaxValue)]
    public int MaxLength { get; set; } = 100_000;

    /// <summary>
    /// How long Redis remembers an id, so that its event is not published twice. It must outlast a publisher that repeats itself
    /// after a crash; every event costs a key of about 100 bytes for as long.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan DedupWindow { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The longest wait for one call to the stream; after it the outcome is unknown.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan CallBound { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a follower of Redis reads without a publish signal; a lost signal costs no more than this.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A consumer that has not read for so long, and holds no entry, is removed from its group in Redis.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan ForgetConsumersAfter { get; set; } = TimeSpan.FromHours(1);
}

/// <summary>The servers that can have the event stream.</summary>
public enum EventStreamKind
{
    /// <summary>The Redis of <c>PYLON_REDIS</c>.</summary>
    Redis,

    /// <summary>The brokers of <c>BCS_KAFKA_BOOTSTRAP_SERVERS</c>.</summary>
    Kafka,
}
