using System.ComponentModel.DataAnnotations;

namespace Pylon.Conductor.Shared;

/// <summary>Section Conductor.</summary>
internal sealed class ConductorOptions
{
    public const string Section = "Conductor";

    /// <summary>Is read before the options are bound, because it decides which features there are.</summary>
    public const string InMemory = $"{Section}:{nameof(UseMockRepository)}";

    /// <summary>A file that replaces the shipped catalogue. Empty: the shipped one.</summary>
    public string Catalogue { get; set; } = "";

    /// <summary>Keeps state in memory only, without Redis and PostgreSQL; it is gone with the process.</summary>
    public bool UseMockRepository { get; set; }

    /// <summary>How long the state of a batch is kept after its last change.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan StateTtl { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The longest wait for one call to Redis; after it the outcome is unknown.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan CallBound { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long no call to a store is made after most of them have failed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:01:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often expired rows are removed.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan PurgeEvery { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a durable report may be unpublished before it is applied again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan RecoverAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The consumer group.</summary>
    [Required]
    public string ConsumerGroup { get; set; } = "conductor";

    /// <summary>An entry that a consumer has held so long is taken over by another.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan ClaimAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often an event that fails for an unknown reason is tried.</summary>
    [Range(1, 100)]
    public int MaxDeliveries { get; set; } = 5;
}
