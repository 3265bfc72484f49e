using Pylon.Access;

namespace Pylon.Rpc;

/// <summary>The refusals of callers; the same at the Gateway and in every service.</summary>
public static class AccessRefusals
{
    /// <summary>No key and no token.</summary>
    public static Refusal Missing { get; } = Refusal.Unauthenticated(
        "CREDENTIALS_MISSING", "A key is needed: send it as x-api-key, or a token as Authorization: Bearer.");

    /// <summary>One that is not good, whatever is wrong with it.</summary>
    public static Refusal Invalid { get; } = Refusal.Unauthenticated(
        "CREDENTIALS_INVALID", "The key or token is malformed, unknown, over or revoked.");

    /// <summary>The caller has none of the scopes.</summary>
    public static Refusal OutOfScope(ScopeRule rule) => Refusal.PermissionDenied(
        "SCOPE_MISSING",
        rule.Scopes.Count > 0 ? $"The caller needs the scope {string.Join(" or ", rule.Scopes)}." : "Only the services of Pylon may call this.");
}
