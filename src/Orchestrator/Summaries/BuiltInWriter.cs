using System.Text;
using Pylon.Common.V1;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Summaries;

/// <summary>Writes the summary without a language model: the same facts give the same words.</summary>
internal static class BuiltInWriter
{
    /// <param name="workload">What the options are for.</param>
    /// <param name="offer">The options and what they were chosen by.</param>
    public static string Write(WorkloadRecord workload, OfferFacts offer)
    {
        var text = new StringBuilder();
        text.Append($"Three grid zones are on offer for workload '{workload.Name}'. ");
        var first = offer.Recommendations[0];
        text.Append(first.BookingState == BookingState.Confirmed
            ? $"{Place(first)} ranks first and was booked under order {first.OrderId} (DISCOVER, SELECT, INIT and CONFIRM were answered)."
            : first.Source == RecommendationSource.Beckn
            ? $"{Place(first)} ranks first; every window on offer is over, so no provider holds a booking."
            : $"{Place(first)} ranks first; it comes from regional grid data, so no provider holds a booking.");
        foreach (var recommendation in offer.Recommendations)
            text.Append('\n').Append(Line(recommendation));
        if (offer.Constraints.Count > 0)
            text.Append($"\nThey satisfy: {string.Join("; ", offer.Constraints)}.");
        if (offer.Preferences.Length > 0)
            text.Append($"\nTheir order follows the user's preferences: {offer.Preferences}.");
        foreach (var reason in offer.LeftOut.CountBy(r => r).OrderByDescending(r => r.Value).Take(5))
            text.Append($"\nLeft out of the catalogue: {reason.Value} {(reason.Value == 1 ? "item" : "items")}, because {reason.Key}.");
        return text.ToString();
    }

    private static string Line(Recommendation r)
    {
        var line = $"{r.Rank}. {Place(r)}: {r.RenewableMixPercent:0.#} % renewable, {Carbon(r)}, score {r.Score:0.0#}";
        if (r.Window is { } window)
            line += $", {window.StartTime.ToDateTime():yyyy-MM-dd HH:mm} to {window.EndTime.ToDateTime():yyyy-MM-dd HH:mm} UTC";
        if (r.Price is { } price)
            line += $", {price.Value:0.####} {price.Currency} {price.Unit.Replace('_', ' ')}".TrimEnd();
        return line + Job(r) + Remarks(r) + ".";
    }

    /// <summary>What the whole job would cost and emit there.</summary>
    private static string Job(Recommendation r)
    {
        if (!r.HasEnergyKwh)
            return "";
        var energy = $", {(r.EnergyBasis == EnergyBasis.Told ? "" : "assumed ")}{r.EnergyKwh:0.###} kWh in all";
        var price = r.HasExpectedPriceGbp ? $", {r.ExpectedPriceGbp:0.00##} GBP" : "";
        return energy + price + (r.HasExpectedGco2 ? $", {r.ExpectedGco2:0.#} gCO2" : "");
    }

    private static string Carbon(Recommendation r) =>
        r.HasCarbonIntensityGco2Kwh ? $"{r.CarbonIntensityGco2Kwh:0.#} gCO2/kWh" : "carbon intensity not given";

    private static string Remarks(Recommendation r)
    {
        var remarks = new List<string>();
        if (r.Source == RecommendationSource.Grid)
            remarks.Add("from regional grid data");
        if (r.Synthetic)
            remarks.Add("synthetic values");
        if (r.ZoneMatch is ZoneMatch.Locality or ZoneMatch.Region)
            remarks.Add($"zone found by {r.ZoneMatch.ToString().ToLowerInvariant()} only");
        if (r.WindowExpired)
            remarks.Add("the window is over");
        if (r.Note.Length > 0 && !r.WindowExpired)
            remarks.Add(r.Note);
        return remarks.Count == 0 ? "" : $" ({string.Join(", ", remarks)})";
    }

    private static string Place(Recommendation r)
    {
        var name = r.ZoneName.Length > 0 ? r.ZoneName : r.Locality;
        return r.GridZoneCode.Length > 0 ? $"{name} [{r.GridZoneCode}]" : name;
    }
}
