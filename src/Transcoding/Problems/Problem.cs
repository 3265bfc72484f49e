using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pylon.Transcoding.Problems;

/// <summary>An error of the REST API: application/problem+json (RFC 9457).</summary>
public sealed record Problem
{
    /// <summary>Always the same: <see cref="Reason"/> identifies the problem.</summary>
    public string Type { get; init; } = "about:blank";

    public string Title => StatusMap.Title(Status);

    public required int Status { get; init; }

    /// <summary>The title again, under the name that clients of the Batch Conductor Service read.</summary>
    public string Error => Title;

    /// <summary>One sentence for a person; names the wrong field.</summary>
    public required string Detail { get; init; }

    /// <summary>Stable, UPPER_SNAKE: programs branch on it.</summary>
    public required string Reason { get; init; }

    public string Domain { get; init; } = "pylon";

    /// <summary>The wrong fields.</summary>
    public IReadOnlyList<FieldProblem> Errors { get; init; } = [];

    /// <summary>W3C trace id, to find the request in logs and traces.</summary>
    public string? TraceId { get; init; }

    /// <summary>When the same request may succeed; sent as Retry-After.</summary>
    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    public static Problem OfFields(IReadOnlyList<FieldProblem> problems)
    {
        // A problem without a field means that the whole body or path cannot be read.
        return new Problem
        {
            Status = StatusCodes.Status400BadRequest,
            Reason = problems.All(problem => problem.Field.Length == 0) ? "MALFORMED_REQUEST" : "FIELD_INVALID",
            Detail = string.Join("; ", problems),
            Errors = [.. problems.Where(problem => problem.Field.Length > 0)],
        };
    }

    public static Problem MethodNotAllowed(string method, IEnumerable<string> allowed) => new()
    {
        Status = StatusCodes.Status405MethodNotAllowed,
        Reason = "METHOD_NOT_ALLOWED",
        Detail = $"{method} is not allowed here; the method must be {string.Join(" or ", allowed)}.",
    };

    public static Problem BodyTooLarge(long limit) => new()
    {
        Status = StatusCodes.Status413PayloadTooLarge,
        Reason = "BODY_TOO_LARGE",
        Detail = $"The body must have at most {limit} bytes.",
    };

    public static Problem UnsupportedMediaType(string? contentType, string wanted) => new()
    {
        Status = StatusCodes.Status415UnsupportedMediaType,
        Reason = "UNSUPPORTED_MEDIA_TYPE",
        Detail = $"The body must be {wanted}, not {contentType}.",
    };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ProblemJson.Default.Problem);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ProblemJson : JsonSerializerContext;
