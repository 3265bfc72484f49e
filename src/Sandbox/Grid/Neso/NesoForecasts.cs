using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Grid.Simulation;

namespace Pylon.Sandbox.Grid.Neso;

/// <summary>The forecast files. A time label is the end of a half hour in London time: 30, 100, … 2400.</summary>
internal static class NesoForecasts
{
    private const int PastDays = 30;
    private const int EmbeddedDays = 14;

    // A fixed point (F), a trough (T) or a peak (P) of the day, between two time labels.
    private static readonly (string Point, string Type, int First, int Last, string Mark)[] Points =
    [
        ("1F", "F", 30, 30, ""), ("1S", "T", 100, 200, ""), ("1A", "P", 230, 300, ""), ("4", "F", 400, 400, ""), ("1B", "T", 430, 700, "Om"), ("2F", "F", 800, 800, ""),
        ("2A", "P", 830, 1130, "DM"), ("2B", "P", 1200, 1300, ""), ("3B", "T", 1330, 1600, "Dm"), ("3C", "P", 1630, 1800, ""), ("4B", "P", 1830, 2000, "EM"), ("4C", "F", 2400, 2400, ""),
    ];

    /// <summary>Twelve cardinal points of one day, not 48 half hours.</summary>
    public static Func<DateTimeOffset, IEnumerable<JObject>> Cardinal(int daysAhead) => modified => CardinalDay(modified, daysAhead);

    public static IEnumerable<JObject> FortnightCardinal(DateTimeOffset modified) => Enumerable.Range(2, 13).SelectMany(days => CardinalDay(modified, days));

    public static IEnumerable<JObject> PastCardinal(DateTimeOffset modified) => Enumerable.Range(1, PastDays).SelectMany(back =>
    {
        var published = modified.AddDays(-back);
        return CardinalDay(published, 1).Select(row =>
        {
            row["FORECAST_TIMESTAMP"] = SettlementDay.Local(published).ToString("yyyy-MM-dd'T'HH:mm:ss");
            return row;
        });
    });

    public static IEnumerable<JObject> HalfHourly(DateTimeOffset modified)
    {
        var today = SettlementDay.Of(modified);
        return SettlementDay.Windows(today.AddDays(2), today.AddDays(14)).Select(window =>
        {
            var end = SettlementDay.Local(window + HalfHours.Length);
            var label = (end.Hour * 100) + end.Minute;
            return new JObject
            {
                ["DATE"] = SettlementDay.Write(SettlementDay.Of(window)),
                ["CTIME"] = label == 0 ? 2400 : label,
                ["GDATETIME"] = (window + HalfHours.Length).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss"),
                ["NATIONALDEMAND"] = SimulatedMarket.ExpectedDemand(window, modified),
            };
        });
    }

    /// <summary>From the next half hour on, each with the end in UTC and the settlement period.</summary>
    public static IEnumerable<JObject> Embedded(DateTimeOffset modified) =>
        HalfHours.From(HalfHours.Containing(modified), EmbeddedDays * 48).Select(window =>
        {
            var end = (window + HalfHours.Length).UtcDateTime;
            return new JObject
            {
                ["DATE_GMT"] = end.ToString("yyyy-MM-dd'T'00:00:00"),
                ["TIME_GMT"] = end.ToString("HH:mm"),
                ["SETTLEMENT_DATE"] = NesoFiles.Text(SettlementDay.Of(window), "yyyy-MM-dd'T'00:00:00"),
                ["SETTLEMENT_PERIOD"] = SettlementDay.Period(window),
                ["EMBEDDED_WIND_FORECAST"] = SimulatedMarket.EmbeddedWind(window),
                ["EMBEDDED_WIND_CAPACITY"] = SimulatedMarket.WindCapacity,
                ["EMBEDDED_SOLAR_FORECAST"] = SimulatedMarket.EmbeddedSolar(window),
                ["EMBEDDED_SOLAR_CAPACITY"] = SimulatedMarket.SolarCapacity,
            };
        });

    /// <summary>The forecast of the day before and the outturn.</summary>
    public static IEnumerable<JObject> Performance(DateTimeOffset modified)
    {
        var today = SettlementDay.Of(modified);
        return SettlementDay.Windows(today.AddDays(-PastDays), today.AddDays(-1)).Select(window =>
        {
            var day = SettlementDay.Of(window);
            var published = SettlementDay.Midnight(day.AddDays(-1)).AddMinutes((8 * 60) + 45);
            var (expected, metered) = (SimulatedMarket.ExpectedDemand(window, published), SimulatedMarket.Demand(window));
            return new JObject
            {
                ["Month"] = day.ToString("MMM"),
                ["Date"] = SettlementDay.Write(day),
                ["Datetime"] = SettlementDay.Local(window + HalfHours.Length).ToString("yyyy-MM-dd'T'HH:mm:ss"),
                ["Settlement_Period"] = SettlementDay.Period(window),
                ["Demand_Forecast"] = expected,
                ["Demand_Outturn"] = metered,
                ["TRIAD_Avoidance_Estimate"] = 0,
                ["TRIAD_Avoidance_Corrected_Demand_Outturn"] = metered,
                ["APE"] = decimal.Round(Math.Abs(expected - metered) * 100m / metered, 1),
                ["Absolute_Error"] = Math.Abs(expected - metered),
                ["Publish_Datetime"] = SettlementDay.Local(published).ToString("yyyy-MM-dd'T'HH:mm:ss"),
            };
        });
    }

    private static IEnumerable<JObject> CardinalDay(DateTimeOffset modified, int daysAhead)
    {
        var date = SettlementDay.Of(modified).AddDays(daysAhead);
        foreach (var (point, type, first, last, mark) in Points)
        {
            var windows = SettlementDay.Windows(date).Where((_, i) => i + 1 >= Period(first) && i + 1 <= Period(last)).DefaultIfEmpty(SettlementDay.Windows(date).Last());
            var demands = windows.Select(w => SimulatedMarket.ExpectedDemand(w, modified));
            yield return new JObject
            {
                ["DAYSAHEAD"] = daysAhead,
                ["TARGETDATE"] = int.Parse(NesoFiles.Text(date, "yyyyMMdd")),
                ["FORECASTDEMAND"] = type == "T" ? demands.Min() : demands.Max(),
                ["CARDINALPOINT"] = point,
                ["CP_TYPE"] = type,
                ["CP_ST_TIME"] = first,
                ["CP_END_TIME"] = last,
                ["F_Point"] = mark,
            };
        }

        static int Period(int label) => (label / 100 * 2) + (label % 100 / 30);
    }
}
