namespace Pylon.Orchestrator.Keys;

/// <summary>A row of api_keys, without its hash.</summary>
internal sealed record StoredKey(
    Guid Id, string Name, Guid? OperatorId, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt)
{
    /// <summary>True while it may be used.</summary>
    public bool IsGood(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is null || now < ExpiresAt);
}
