using Pylon.Insights.V1;
using Pylon.Web.Words;

namespace Pylon.Web.Hotspots;

/// <summary>Hotspots, alerts and recommendations in words.</summary>
internal static class HotspotWords
{
    public static Label Severity(string severity) => severity switch
    {
        "critical" => Label.Bad("Critical"),
        "warn" => Label.Wait("Warning"),
        _ => Label.Plain("Info"),
    };

    public static Label State(string status) => status switch
    {
        "open" => Label.Bad("Open"),
        "watching" => Label.Wait("Watched"),
        "acknowledged" => Label.Plain("Acknowledged"),
        "resolved" => Label.Good("Resolved"),
        "ignored" => Label.Plain("Ignored"),
        _ => Label.Plain(Say.Word(status)),
    };

    public static Label Recommendation(string status) => status switch
    {
        "pending" => Label.Wait("Waits for a decision"),
        "approved" => Label.Good("Approved"),
        "implemented" => Label.Good("Carried out"),
        "verified" => Label.Good("Verified: it helped"),
        "no_effect" => Label.Plain("No effect"),
        "worse" => Label.Bad("Worse than before"),
        "rejected" => Label.Plain("Rejected"),
        "not_measurable" => Label.Plain("Not measurable"),
        "expired" => Label.Plain("Expired"),
        _ => Label.Plain(Say.Word(status)),
    };

    public static Label Shift(string status) => status switch
    {
        "proposed" => Label.Wait("Waits for a choice"),
        "choosing" => Label.Plain("Is being moved"),
        "chosen" => Label.Good("Moved"),
        "refused" => Label.Bad("Refused"),
        "withdrawn" => Label.Plain("Withdrawn"),
        _ => Label.Plain(Say.Word(status)),
    };

    public static string Cause(string cause) => cause switch
    {
        "activity" => "More activity than usual",
        "efficiency" => "Less efficient than usual",
        "grid" => "Dirtier electricity than usual",
        "factor" => "Another emission factor",
        "data" => "A matter of the data",
        _ => "Cause not known",
    };

    public static string Kind(string entityType) => Say.Word(entityType).ToLowerInvariant();

    public static string Reduction(string status) => status switch
    {
        "simulated" => "simulated",
        "typical" => "typical of the measure",
        "claimed" => "claimed by the external engine",
        "agreed" => "claimed, and the simulation agrees",
        "disputed" => "claimed, and the simulation disagrees",
        _ => "basis not known",
    };

    /// <summary>Which alerts a silence is for.</summary>
    public static string Silenced(SilenceMatchers matchers)
    {
        string[] parts =
        [
            matchers.Entity.Length > 0 ? matchers.Entity : "Everything",
            matchers.EntityType.Length > 0 ? $"({Kind(matchers.EntityType)})" : "",
            matchers.Cause.Length > 0 ? Cause(matchers.Cause).ToLowerInvariant() : "",
            matchers.MaxLevel.Length > 0 ? $"up to {Severity(matchers.MaxLevel).Text.ToLowerInvariant()}" : "",
        ];
        return string.Join(' ', parts.Where(part => part.Length > 0));
    }

    /// <summary>An amount of the worst hour; of a region it is for each kWh.</summary>
    public static string Amount(Hotspot hotspot, double kilograms) =>
        hotspot.EntityType == "region" ? Say.Intensity(kilograms * 1000) : Say.Kilograms(kilograms);
}
