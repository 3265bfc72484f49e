using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Grid.Simulation;

namespace Pylon.Sandbox.Grid.Neso;

/// <summary>The files of half-hourly demand by settlement period.</summary>
internal static class NesoDemand
{
    private const int DaysAround = 7;

    /// <summary>The past week as metered (A) and the coming week as forecast (F).</summary>
    public static IEnumerable<JObject> Update(DateTimeOffset modified)
    {
        var today = SettlementDay.Of(modified);
        foreach (var window in SettlementDay.Windows(today.AddDays(-DaysAround), today.AddDays(DaysAround - 1)))
        {
            var metered = window + HalfHours.Length <= modified;
            var demand = metered ? SimulatedMarket.Demand(window) : SimulatedMarket.ExpectedDemand(window, modified);
            yield return Row(window, "yyyy-MM-dd'T'00:00:00", false, demand, metered ? "A" : "F");
        }
    }

    public static IEnumerable<JObject> Year(int year, string format, bool upper = false) =>
        SettlementDay.Windows(new DateOnly(year, 1, 1), new DateOnly(year, 12, 31)).Select(w => Row(w, format, upper, SimulatedMarket.Demand(w), null));

    private static JObject Row(DateTimeOffset window, string format, bool upper, int demand, string? indicator)
    {
        var row = new JObject
        {
            ["SETTLEMENT_DATE"] = NesoFiles.Text(SettlementDay.Of(window), format, upper),
            ["SETTLEMENT_PERIOD"] = SettlementDay.Period(window),
            ["ND"] = demand,
        };
        if (indicator is not null)
            row["FORECAST_ACTUAL_INDICATOR"] = indicator;
        row["TSD"] = SimulatedMarket.TransmissionDemand(window);
        row["ENGLAND_WALES_DEMAND"] = demand * 9 / 10;
        row["EMBEDDED_WIND_GENERATION"] = SimulatedMarket.EmbeddedWind(window);
        row["EMBEDDED_WIND_CAPACITY"] = SimulatedMarket.WindCapacity;
        row["EMBEDDED_SOLAR_GENERATION"] = SimulatedMarket.EmbeddedSolar(window);
        row["EMBEDDED_SOLAR_CAPACITY"] = SimulatedMarket.SolarCapacity;
        return row;
    }
}
