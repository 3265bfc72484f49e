using System.Globalization;
using System.Text.Json;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Sources.Neso;

/// <summary>
/// Reads the rows of NESO's datasets (neso.energy/data-portal), from a datastore_search or a file: the columns determine
/// the dataset. Times of demand are settlement periods, or labels of the end of a half hour on the clock of London.
/// </summary>
internal static class NesoRows
{
    private static readonly string[] Historic = ["SETTLEMENT_DATE", "SETTLEMENT_PERIOD", "ND"];
    private static readonly string[] Performance = ["Date", "Settlement_Period", "Demand_Forecast", "Demand_Outturn"];
    private static readonly string[] Cardinal = ["TARGETDATE", "FORECASTDEMAND", "CARDINALPOINT", "CP_ST_TIME", "CP_END_TIME"];
    private static readonly string[] HalfHourly = ["CTIME", "GDATETIME", "NATIONALDEMAND"];
    private static readonly string[] EmbeddedColumns = ["DATE_GMT", "TIME_GMT", "EMBEDDED_WIND_FORECAST", "EMBEDDED_SOLAR_FORECAST"];
    private static readonly string[] Intensity = ["from", "to", "forecast", "actual"];
    private static readonly string[] IntensityForecast = ["datetime", "forecast"];

    public static ParsedBody ReadFile(string text, string dataset)
    {
        var parsed = new ParsedBody(dataset);
        var (names, rows) = Csv.Read(text);
        Read(parsed, rows.Select(row => (names, row)));
        return parsed;
    }

    /// <summary>Each row by its own columns: a bad one does not change what the others mean.</summary>
    public static void Read(ParsedBody parsed, IEnumerable<(IReadOnlyList<string> Names, Row Row)> rows)
    {
        foreach (var (names, row) in rows)
            parsed.Take(row, r => Read(parsed, r, names));
    }

    private static void Read(ParsedBody parsed, Row row, IReadOnlyList<string> names)
    {
        var known = new HashSet<string>(names, StringComparer.OrdinalIgnoreCase);
        if (known.IsSupersetOf(EmbeddedColumns))
            ReadEmbedded(parsed, row);
        else if (known.IsSupersetOf(Historic))
            ReadHistoric(parsed, row, names);
        else if (known.IsSupersetOf(Performance))
            ReadPerformance(parsed, row, names);
        else if (known.IsSupersetOf(Cardinal))
            ReadCardinal(parsed, row, names);
        else if (known.IsSupersetOf(HalfHourly))
            ReadHalfHourly(parsed, row, names);
        else if (known.IsSupersetOf(Intensity))
            ReadIntensity(parsed, row, row.HalfHourFrom("from", "to"));
        else if (known.IsSupersetOf(IntensityForecast))
            ReadIntensity(parsed, row, row.HalfHourAt("datetime"));
        else
            row.Fail("no known dataset has these columns");
    }

    // The demand data update marks its rows A or F; A rows with ND 0 are periods that are not metered yet.
    private static void ReadHistoric(ParsedBody parsed, Row row, IReadOnlyCollection<string> names)
    {
        var period = row.Period("SETTLEMENT_DATE", "SETTLEMENT_PERIOD");
        var forecast = row.Text("FORECAST_ACTUAL_INDICATOR") == "F";
        var mw = row.Value("ND", SeriesDefinition.Demand);
        var transmission = row.OptionalValue("TSD", SeriesDefinition.Demand);
        if (!parsed.IsFirst(row, ("demand", forecast, period), (mw, transmission)))
            return;
        if (forecast)
            parsed.Add(Forecast(period.Start, mw) with { Details = Details(row, names) });
        else
            parsed.Add(Actual(period, mw) with { Others = [transmission], Details = Details(row, names) });
    }

    private static void ReadPerformance(ParsedBody parsed, Row row, IReadOnlyCollection<string> names)
    {
        var period = row.Period("Date", "Settlement_Period");
        var forecast = row.Value("Demand_Forecast", SeriesDefinition.Demand);
        var outturn = row.OptionalValue("Demand_Outturn", SeriesDefinition.Demand);
        var published = row.OptionalLocalTime("Publish_Datetime");
        if (!parsed.IsFirst(row, (period, published), (forecast, outturn)))
            return;
        parsed.Add(Forecast(period.Start, forecast) with { CapturedAt = published, Details = Details(row, names) });
        if (outturn is { } mw && parsed.IsNew(("outturn", period)))
            parsed.Add(Actual(period, mw) with { Details = Details(row, names) });
    }

    // Twelve extremes and fixed points of a day, not 48 half hours: each is stored with the window that contains it.
    private static void ReadCardinal(ParsedBody parsed, Row row, IReadOnlyCollection<string> names)
    {
        var date = row.Date("TARGETDATE");
        var mw = row.Value("FORECASTDEMAND", SeriesDefinition.Demand);
        var point = row.Label("CARDINALPOINT");
        if (point is null)
            row.Fail("CARDINALPOINT is missing");
        var first = EndLabel(row, "CP_ST_TIME", date);
        var end = EndLabel(row, "CP_END_TIME", date);
        var published = row.OptionalLocalTime("FORECAST_TIMESTAMP") ?? row.OptionalLocalTime("PUBLISHTIME");
        if (row.Problem is null && end < first)
            row.Fail("CP_END_TIME is before CP_ST_TIME");
        if (!parsed.IsFirst(row, (date, point, published), (mw, first, end)))
            return;
        parsed.Add(Forecast(first - HalfHour.Length, mw) with { End = end, Label = point!, CapturedAt = published, Details = Details(row, names) });
    }

    private static void ReadHalfHourly(ParsedBody parsed, Row row, IReadOnlyCollection<string> names)
    {
        var end = row.HalfHourAt("GDATETIME");
        var mw = row.Value("NATIONALDEMAND", SeriesDefinition.Demand);
        if (row.Text("DATE") is not null)
        {
            var date = row.Date("DATE");
            var label = EndLabel(row, "CTIME", date);
            // On the day on which the clock shows an hour twice, the label alone is ambiguous.
            if (row.Problem is null && label != end && SettlementPeriod.CountOn(date) == 48)
                row.Fail("CTIME and GDATETIME are different half hours");
        }

        if (parsed.IsFirst(row, end, mw))
            parsed.Add(Forecast(end - HalfHour.Length, mw) with { Details = Details(row, names) });
    }

    // DATE_GMT and TIME_GMT label the end of the half hour; the settlement period must be the same half hour.
    private static void ReadEmbedded(ParsedBody parsed, Row row)
    {
        var date = row.Date("DATE_GMT");
        if (!TimeOnly.TryParse(row.Text("TIME_GMT"), CultureInfo.InvariantCulture, out var time))
            row.Fail("TIME_GMT is not a time of day");
        var wind = row.Value("EMBEDDED_WIND_FORECAST", SeriesDefinition.EmbeddedGeneration);
        var solar = row.Value("EMBEDDED_SOLAR_FORECAST", SeriesDefinition.EmbeddedGeneration);
        var windCapacity = row.OptionalValue("EMBEDDED_WIND_CAPACITY", SeriesDefinition.EmbeddedGeneration);
        var solarCapacity = row.OptionalValue("EMBEDDED_SOLAR_CAPACITY", SeriesDefinition.EmbeddedGeneration);
        var start = row.Problem is null ? new DateTimeOffset(date.ToDateTime(time), TimeSpan.Zero) - HalfHour.Length : default;
        if (row.Text("SETTLEMENT_PERIOD") is not null && row.Period("SETTLEMENT_DATE", "SETTLEMENT_PERIOD") is var period && row.Problem is null && period.Start != start)
            row.Fail($"TIME_GMT is not the end of settlement period {period}");
        if (HalfHour.Containing(start) != start)
            row.Fail("TIME_GMT is not the end of a half hour");
        // The table has wind and sun together.
        if (parsed.IsFirst(row, start, (wind, windCapacity, solar, solarCapacity)) && solar is not null)
            parsed.Add(new SeriesValue(SeriesDefinition.EmbeddedGeneration.Forecasts!, start, wind) { Others = [windCapacity, solar, solarCapacity] });
    }

    private static void ReadIntensity(ParsedBody parsed, Row row, DateTimeOffset start)
    {
        var forecast = row.OptionalValue("forecast", SeriesDefinition.CarbonIntensity);
        var actual = row.OptionalValue("actual", SeriesDefinition.CarbonIntensity);
        if (forecast is null && actual is null)
            row.Reject("neither a forecast nor an actual");
        var index = row.Index("index");
        if (parsed.IsFirst(row, start, (forecast, actual, index)))
            parsed.AddIntensity(null, start, forecast, actual, index);
    }

    private static SeriesValue Forecast(DateTimeOffset start, decimal? mw) => new(SeriesDefinition.Demand.Forecasts!, start, mw);

    private static SeriesValue Actual(SettlementPeriod period, decimal? mw) => new(SeriesDefinition.Demand.Actuals!, period.Start, mw);

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
