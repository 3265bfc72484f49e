namespace Pylon.Rpc;

/// <summary>
/// An expected refusal of a request; the caller receives everything in it.
/// Rules return it, a gRPC service throws it (<see cref="AsException"/>).
/// </summary>
public sealed record Refusal
{
    private Refusal(RefusalKind kind, string reason, string message)
    {
        Kind = kind;
        Reason = UpperSnake(reason);
        Message = message;
    }

    public RefusalKind Kind { get; }

    /// <summary>UPPER_SNAKE, stable: clients branch on it.</summary>
    public string Reason { get; }

    /// <summary>One sentence for a person.</summary>
    public string Message { get; }

    public IReadOnlyList<FieldViolation> Violations { get; private init; } = [];

    /// <summary>Facts of this case for a program, for example the id that was not found.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>After which the same request may succeed.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <param name="field">The field's proto name.</param>
    /// <param name="rule">What is allowed, for example "must be a UUID".</param>
    public static Refusal InvalidArgument(string field, string rule) => InvalidArgument([new FieldViolation(field, rule)]);

    public static Refusal InvalidArgument(IReadOnlyList<FieldViolation> violations) =>
        new(RefusalKind.InvalidArgument, "FIELD_INVALID", string.Join("; ", violations.Select(v => $"{v.Field} {v.Rule}")))
        {
            Violations = violations,
        };

    /// <param name="resource">In snake_case, for example "grid_zone"; the reason becomes GRID_ZONE_NOT_FOUND.</param>
    /// <param name="id">What it was looked up by.</param>
    public static Refusal NotFound(string resource, object id) =>
        new(RefusalKind.NotFound, $"{resource.ToUpperInvariant()}_NOT_FOUND", $"There is no {resource.Replace('_', ' ')} {id}.")
        {
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["resource"] = resource, ["id"] = id.ToString() ?? "" },
        };

    public static Refusal AlreadyExists(string reason, string message) => new(RefusalKind.AlreadyExists, reason, message);

    public static Refusal FailedPrecondition(string reason, string message) => new(RefusalKind.FailedPrecondition, reason, message);

    public static Refusal ResourceExhausted(string reason, string message, TimeSpan? retryAfter = null) =>
        new(RefusalKind.ResourceExhausted, reason, message) { RetryAfter = retryAfter };

    public static Refusal Unavailable(string reason, string message, TimeSpan? retryAfter = null) =>
        new(RefusalKind.Unavailable, reason, message) { RetryAfter = retryAfter };

    /// <summary>Who calls is not known.</summary>
    public static Refusal Unauthenticated(string reason, string message) => new(RefusalKind.Unauthenticated, reason, message);

    /// <summary>Who calls is known, and may not do this.</summary>
    public static Refusal PermissionDenied(string reason, string message) => new(RefusalKind.PermissionDenied, reason, message);

    /// <summary>For <c>throw</c> where a value is expected: <c>?? throw Refusal.NotFound("workload", id).AsException()</c>.</summary>
    public RefusalException AsException() => new(this);

    private static string UpperSnake(string reason) =>
        reason.Length is > 0 and <= 63 && reason.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_')
            ? reason
            : throw new ArgumentException($"'{reason}' is not UPPER_SNAKE of at most 63 characters.", nameof(reason));
}
