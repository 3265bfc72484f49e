using System.Text.Json;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Settlement;
using Pylon.Ingestion.Sources.CarbonIntensity;

namespace Pylon.Ingestion.Sources.Neso;

/// <summary>
/// Reads the rows of NESO's datasets (neso.energy/data-portal), from a datastore_search or a file: the columns tell which
/// dataset it is. Times of demand are settlement periods, or labels of the end of a half hour on the clock of London.
/// </summary>
internal static class NesoRows
{
    private const decimal MostMw = 99_999;
    private static readonly string[] Historic = ["SETTLEMENT_DATE", "SETTLEMENT_PERIOD", "ND"];
    private static readonly string[] Performance = ["Date", "Settlement_Period", "Demand_Forecast", "Demand_Outturn"];
    private static readonly string[] Cardinal = ["TARGETDATE", "FORECASTDEMAND", "CARDINALPOINT", "CP_ST_TIME", "CP_END_TIME"];
    private static readonly string[] HalfHourly = ["CTIME", "GDATETIME", "NATIONALDEMAND"];
    private static readonly string[] EmbeddedColumns = ["DATE_GMT", "TIME_GMT", "EMBEDDED_WIND_FORECAST", "EMBEDDED_SOLAR_FORECAST"];
    private static readonly string[] Intensity = ["from", "to", "forecast", "actual"];
    private static readonly string[] IntensityForecast = ["datetime", "forecast"];

    public static Harvest ReadFile(string text, string dataset)
    {
        var harvest = new Harvest(dataset);
        var file = new CsvFile(text);
        Read(harvest, file.Names, file.Rows);
        return harvest;
    }

    public static void Read(Harvest harvest, IReadOnlyCollection<string> names, IReadOnlyList<Row> rows)
    {
        var known = new HashSet<string>(names, StringComparer.OrdinalIgnoreCase);
        if (known.IsSupersetOf(EmbeddedColumns))
            Each((h, r) => ReadEmbedded(h, r));
        else if (known.IsSupersetOf(Historic))
            Each((h, r) => ReadHistoric(h, r, names));
        else if (known.IsSupersetOf(Performance))
            Each((h, r) => ReadPerformance(h, r, names));
        else if (known.IsSupersetOf(Cardinal))
            Each((h, r) => ReadCardinal(h, r, names));
        else if (known.IsSupersetOf(HalfHourly))
            Each((h, r) => ReadHalfHourly(h, r, names));
        else if (known.IsSupersetOf(Intensity))
            Each((h, r) => ReadIntensity(h, r, r.HalfHourFrom("from", "to")));
        else if (known.IsSupersetOf(IntensityForecast))
            Each((h, r) => ReadIntensity(h, r, r.HalfHourAt("datetime")));
        else
            Each((_, r) => r.Fail("no known dataset has these columns"));

        void Each(Action<Harvest, Row> read)
        {
            foreach (var row in rows)
                harvest.Take(row, r => read(harvest, r));
        }
    }

    // The demand data update marks its rows A or F; A rows with ND 0 are periods that are not metered yet.
    private static void ReadHistoric(Harvest harvest, Row row, IReadOnlyCollection<string> names)
    {
        var period = row.Period("SETTLEMENT_DATE", "SETTLEMENT_PERIOD");
        var forecast = row.Text("FORECAST_ACTUAL_INDICATOR") == "F";
        var mw = row.Number("ND", 1, MostMw);
        var transmission = row.OptionalNumber("TSD", 1, MostMw);
        if (!harvest.IsFirst(row, ("demand", forecast, period), (mw, transmission)))
            return;
        if (forecast)
            harvest.DemandForecasts.Add(new DemandForecastValue(period.Start, period.End, period, "", mw, null, Details(row, names)));
        else
            harvest.DemandActuals.Add(new DemandActualValue(period, mw, transmission, Details(row, names)));
    }

    private static void ReadPerformance(Harvest harvest, Row row, IReadOnlyCollection<string> names)
    {
        var period = row.Period("Date", "Settlement_Period");
        var forecast = row.Number("Demand_Forecast", 1, MostMw);
        var outturn = row.OptionalNumber("Demand_Outturn", 1, MostMw);
        var published = row.OptionalLocalTime("Publish_Datetime");
        if (!harvest.IsFirst(row, (period, published), (forecast, outturn)))
            return;
        harvest.DemandForecasts.Add(new DemandForecastValue(period.Start, period.End, period, "", forecast, published, Details(row, names)));
        if (outturn is { } mw && harvest.IsNew(("outturn", period)))
            harvest.DemandActuals.Add(new DemandActualValue(period, mw, null, Details(row, names)));
    }

    // Twelve extremes and fixed points of a day, not 48 half hours: kept as they are, with the window they lie in.
    private static void ReadCardinal(Harvest harvest, Row row, IReadOnlyCollection<string> names)
    {
        var date = row.Date("TARGETDATE");
        var mw = row.Number("FORECASTDEMAND", 1, MostMw);
        var point = row.Text("CARDINALPOINT");
        if (point is null)
            row.Fail("CARDINALPOINT is missing");
        var first = EndLabel(row, "CP_ST_TIME", date);
        var end = EndLabel(row, "CP_END_TIME", date);
        var published = row.OptionalLocalTime("FORECAST_TIMESTAMP") ?? row.OptionalLocalTime("PUBLISHTIME");
        if (row.Problem is null && end < first)
            row.Fail("CP_END_TIME is before CP_ST_TIME");
        if (!harvest.IsFirst(row, (date, point, published), (mw, first, end)))
            return;
        var start = first - HalfHour.Length;
        harvest.DemandForecasts.Add(new DemandForecastValue(start, end, SettlementPeriod.Containing(start), point!, mw, published, Details(row, names)));
    }

    private static void ReadHalfHourly(Harvest harvest, Row row, IReadOnlyCollection<string> names)
    {
        var end = row.HalfHourAt("GDATETIME");
        var mw = row.Number("NATIONALDEMAND", 1, MostMw);
        if (row.Text("DATE") is not null)
        {
            var date = row.Date("DATE");
            var label = EndLabel(row, "CTIME", date);
            // On the day on which the clock shows an hour twice, the label alone cannot tell which.
            if (row.Problem is null && label != end && SettlementPeriod.CountOn(date) == 48)
                row.Fail("CTIME and GDATETIME are different half hours");
        }

        if (!harvest.IsFirst(row, end, mw))
            return;
        var start = end - HalfHour.Length;
        harvest.DemandForecasts.Add(new DemandForecastValue(start, end, SettlementPeriod.Containing(start), "", mw, null, Details(row, names)));
    }

    // DATE_GMT and TIME_GMT label the end; the settlement period says the same in its own way.
    private static void ReadEmbedded(Harvest harvest, Row row)
    {
        var date = row.Date("DATE_GMT");
        if (!TimeOnly.TryParse(row.Text("TIME_GMT"), out var time))
            row.Fail("TIME_GMT is not a time of day");
        var wind = row.Number("EMBEDDED_WIND_FORECAST", 0, MostMw);
        var solar = row.Number("EMBEDDED_SOLAR_FORECAST", 0, MostMw);
        var windCapacity = row.OptionalNumber("EMBEDDED_WIND_CAPACITY", 0, MostMw);
        var solarCapacity = row.OptionalNumber("EMBEDDED_SOLAR_CAPACITY", 0, MostMw);
        var start = row.Problem is null ? new DateTimeOffset(date.ToDateTime(time), TimeSpan.Zero) - HalfHour.Length : default;
        if (row.Text("SETTLEMENT_PERIOD") is not null && row.Period("SETTLEMENT_DATE", "SETTLEMENT_PERIOD") is var period && row.Problem is null && period.Start != start)
            row.Fail($"TIME_GMT is not the end of settlement period {period}");
        if (HalfHour.Containing(start) != start)
            row.Fail("TIME_GMT is not the end of a half hour");
        var value = new EmbeddedValue(start, wind, windCapacity, solar, solarCapacity);
        if (harvest.IsFirst(row, start, value))
            harvest.Embedded.Add(value);
    }

    private static void ReadIntensity(Harvest harvest, Row row, DateTimeOffset start)
    {
        var forecast = row.OptionalNumber("forecast", 1, 1000);
        var actual = row.OptionalNumber("actual", 1, 1000);
        if (forecast is null && actual is null)
            row.Fail("neither a forecast nor an actual");
        var index = row.Text("index");
        if (index is not null && !CarbonIntensityBody.Indexes.Contains(index))
            row.Fail($"index '{index}' is none");
        var value = new IntensityValue(null, start, forecast, actual, index);
        if (harvest.IsFirst(row, start, value))
            harvest.Intensities.Add(value);
    }

    /// <summary>30 is half past midnight on the clock of London, 2400 the midnight after.</summary>
    private static DateTimeOffset EndLabel(Row row, string name, DateOnly date)
    {
        var label = row.Number(name, 0, 2400);
        if (row.Problem is not null)
            return default;
        var (hours, minutes) = ((int)label / 100, (int)label % 100);
        if (label == Math.Truncate(label) && minutes is 0 or 30)
            return London.Instant(date.ToDateTime(TimeOnly.MinValue).AddHours(hours).AddMinutes(minutes));
        row.Fail($"{name} {label} is not the end of a half hour");
        return default;
    }

    private static string Details(Row row, IReadOnlyCollection<string> names) =>
        JsonSerializer.Serialize(names.Distinct().Where(n => n is not "_id" && row.Text(n) is not null).ToDictionary(n => n, n => row.Text(n)));
}
