using System.ComponentModel.DataAnnotations;

namespace Pylon.Insights.Engines;

/// <summary>How one external engine is called.</summary>
/// <param name="Name">ml or rag: its name in metrics, and of its HTTP client.</param>
/// <param name="Words">Its name in sentences.</param>
/// <param name="Setting">The setting of its address, as people write it.</param>
/// <param name="BaseUrl">Null when it is not set: nothing is called.</param>
/// <param name="HealthPath">Answers HTTP 200 while the engine is healthy.</param>
/// <param name="Retries">After an attempt that failed.</param>
/// <param name="Concurrent">Calls at the same time; the others wait.</param>
internal sealed record EngineLimits(
    string Name,
    string Words,
    string Setting,
    Uri? BaseUrl,
    string HealthPath,
    TimeSpan Timeout,
    int Retries,
    int Concurrent,
    TimeSpan HealthTimeout,
    TimeSpan HealthInterval,
    int BreakAfter,
    TimeSpan BreakDuration)
{
    /// <summary>An answer that is larger is refused.</summary>
    public const int MaxAnswerBytes = 256 * 1024;

    public static EngineLimits Of(MlOptions options) => new(
        "ml", "the ML engine", "ML_ENGINE_URL", options.BaseUrl, "api/v1/health", options.Timeout, Retries: 1, Concurrent: 16,
        options.HealthTimeout, options.HealthInterval, options.BreakAfter, options.BreakDuration);

    // A repeated request would make a language model work twice, so there is none.
    public static EngineLimits Of(RagOptions options) => new(
        "rag", "the RAG service", "RAG_SERVICE_URL", options.BaseUrl, "health", options.Timeout, Retries: 0, Concurrent: 4,
        options.HealthTimeout, options.HealthInterval, options.BreakAfter, options.BreakDuration);

    public static IEnumerable<ValidationResult> CheckAddress(Uri? address, string member) =>
        address is null || address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps
            ? []
            : [new ValidationResult("must be an address of http or https, for example http://localhost:8001", [member])];
}
