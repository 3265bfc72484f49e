namespace Pylon.Insights.Silences;

/// <summary>A silence that a person asks for.</summary>
internal sealed record NewSilence(
    Matchers Matchers, DateTimeOffset EndsAt, string Reason, string UserId, string? RequestId, DateTimeOffset CreatedAt);
