using System.ComponentModel.DataAnnotations;

namespace Pylon.Insights.Engines;

/// <summary>The external service that advises on hotspots beside the built-in playbook. Section RagService.</summary>
internal sealed class RagOptions : IValidatableObject
{
    /// <summary>RAG_SERVICE_URL: hotspots are posted to {BaseUrl}/api/rag/recommend. Without it the built-in playbook works alone and nothing is called.</summary>
    public Uri? BaseUrl { get; set; }

    /// <summary>The longest wait for its advice; nothing is repeated.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:02:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait for the answer of {BaseUrl}/health.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan HealthTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Between two health checks. A service that fails one is not called until it passes one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan HealthInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many calls fail within half a minute, and at least half of all, before none is made any more.</summary>
    [Range(2, 1000)]
    public int BreakAfter { get; set; } = 5;

    /// <summary>For how long none is made then, if no health check succeeds before.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "01:00:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(30);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => EngineLimits.CheckAddress(BaseUrl, nameof(BaseUrl));
}
