namespace Pylon.Orchestrator.Beckn;

/// <summary>A row of beckn_orders.</summary>
internal sealed record BecknOrder(string OrderId, Guid TransactionId, string ItemId, string State)
{
    /// <summary>SELECT or INIT may have been sent; the provider holds nothing.</summary>
    public const string Open = "open";

    /// <summary>CONFIRM may have reached the provider; the outcome is unknown.</summary>
    public const string Pending = "pending";
    public const string Confirmed = "confirmed";
    public const string Refused = "refused";
    public const string Cancelled = "cancelled";

    /// <summary>True when the provider holds a booking, or may hold one.</summary>
    public bool MayBeHeld => State is Pending or Confirmed;
}
