using System.ComponentModel.DataAnnotations;

namespace Pylon.Gateway.Cors;

/// <summary>Settings <c>Cors:*</c>: the web pages of other hosts that may call the API from a browser.</summary>
internal sealed class CorsOptions : IValidatableObject
{
    public const string Section = "Cors";

    private const string None = "none";

    /// <summary>
    /// Exact origins, separated by commas, for example <c>https://grid.example,http://localhost:5173</c>; none when empty.
    /// There is no origin for all. <c>none</c> says in production that no page may call.
    /// </summary>
    public string Origins { get; init; } = "";

    /// <summary>How long a browser remembers that it may call.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(10);

    public string[] All() => Origins == None ? [] : Origins.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from origin in All()
        where !IsExact(origin)
        select new ValidationResult($"\"{origin}\" must be scheme, host and port as a browser sends them, for example https://grid.example", [nameof(Origins)]);

    // A browser sends scheme and host in lower case, no default port and no path; anything else would never match.
    private static bool IsExact(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && string.Equals(uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped), origin, StringComparison.Ordinal);
}
