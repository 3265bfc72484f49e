using System.ComponentModel.DataAnnotations;

namespace Pylon.Orchestrator.Retention;

/// <summary>How long what is not needed any more is kept. Section Retention.</summary>
internal sealed class RetentionOptions
{
    /// <summary>How often the tables are looked through.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The contents of answers of providers, after the workload was scheduled or cancelled.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan Answers { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Messages to providers, after the workload was scheduled or cancelled.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan Messages { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Rows of workload_notifications, processed or not.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan Notifications { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Rows in one statement.</summary>
    [Range(1, 10_000)]
    public int Batch { get; set; } = 500;
}
