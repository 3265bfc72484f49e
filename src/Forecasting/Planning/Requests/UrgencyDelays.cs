namespace Pylon.Forecasting.Planning.Requests;

/// <summary>The longest delay that each urgency allows.</summary>
public sealed record UrgencyDelays(TimeSpan Critical, TimeSpan High, TimeSpan Medium, TimeSpan Low)
{
    /// <summary>Synthetic: the delays of the product's first rules, which no source backs.</summary>
    public static UrgencyDelays Synthetic { get; } = new(TimeSpan.Zero, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(120), TimeSpan.FromMinutes(360));

    /// <param name="urgency">CRITICAL, HIGH, MEDIUM or LOW; null for another word.</param>
    public TimeSpan? For(string urgency) => urgency switch
    {
        "CRITICAL" => Critical,
        "HIGH" => High,
        "MEDIUM" => Medium,
        "LOW" => Low,
        _ => null,
    };
}
