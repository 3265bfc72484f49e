using Pylon.Access;

namespace Pylon.Gateway.Callers;

/// <summary>Who a credential belongs to.</summary>
/// <param name="Caller">Null when it is refused, or when it cannot be said.</param>
/// <param name="Ends">When it is over; null when it has no end.</param>
/// <param name="IsUnknown">True when it cannot be said now.</param>
internal sealed record Verdict(Caller? Caller, DateTimeOffset? Ends = null, bool IsUnknown = false)
{
    public static Verdict Refused { get; } = new((Caller?)null);

    public static Verdict Unknown { get; } = new(null, IsUnknown: true);
}
