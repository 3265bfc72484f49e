using System.ComponentModel.DataAnnotations;

namespace Pylon.Insights.Engines;

/// <summary>The external engine that predicts emissions beside the built-in models. Section MlEngine.</summary>
internal sealed class MlOptions : IValidatableObject
{
    /// <summary>ML_ENGINE_URL: features are posted to {BaseUrl}/api/v1/predict/{kind}. Without it the built-in models work alone and nothing is called.</summary>
    public Uri? BaseUrl { get; set; }

    /// <summary>The longest wait for one answer; an attempt that fails is repeated once.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait for the answer of {BaseUrl}/api/v1/health.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan HealthTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Between two health checks. An engine that fails one is not called until it passes one.</summary>
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
