namespace Pylon.Orchestrator.Beckn;

/// <summary>The provider refuses; the same message would be refused again.</summary>
internal sealed class BecknRefusal(string action, string reason) : Exception($"{action}: {reason}")
{
    // BECKN-005, Error Codes.
    private const string OrderNotFound = "30010";

    public string Action { get; } = action;

    /// <summary>True when the provider does not know the order.</summary>
    public bool IsOrderNotFound { get; } = reason.StartsWith(OrderNotFound, StringComparison.Ordinal);
}
