using Pylon.Cli.Client;

namespace Pylon.Cli.Commands;

/// <summary>The outcome of a workload in words.</summary>
internal static class OutcomeText
{
    public static IEnumerable<string> Lines(Outcome outcome)
    {
        var price = outcome.CostBasis == "COST_BASIS_BOOKED_OFFER" ? " at the booked offer" : " at the wholesale price";
        yield return $"Outcome: {outcome.EnergyKwh:0.###} kWh, {Amount(outcome.CarbonGco2, "gCO2", "0.#")}, {Amount(outcome.CostGbp, "GBP", "0.00##")}{(outcome.CostGbp is null ? "" : price)}";
        if (outcome.Baseline is { } baseline)
        {
            yield return $"Started at once {Place(baseline)}: {Amount(baseline.CarbonGco2, "gCO2", "0.#")}, {Amount(baseline.CostGbp, "GBP", "0.00##")}{(baseline.CostGbp is null ? "" : " at the wholesale price")}";
            yield return $"Saved: {Amount(outcome.SavedGco2, "gCO2", "0.#")}{Percent(outcome.SavedCarbonPercent)}, {Amount(outcome.SavedGbp, "GBP", "0.00##")}{Percent(outcome.SavedCostPercent)}";
        }

        foreach (var estimated in outcome.Estimated)
            yield return $"Estimated: {estimated}";
    }

    private static string Place(Baseline baseline) => baseline.Place switch
    {
        "BASELINE_PLACE_HOST" => $"in region {baseline.RegionId} of its data centre",
        "BASELINE_PLACE_OPERATOR" => $"in region {baseline.RegionId} of its operator",
        _ => "in Great Britain (no home region is known)",
    };

    private static string Amount(double? value, string unit, string format) => value is { } known ? $"{known.ToString(format)} {unit}" : $"{unit} unknown";

    private static string Percent(double? value) => value is { } known ? $" ({known:0.#} %)" : "";
}
