using Pylon.Ingestion.V1;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Orchestrator.Planning;

/// <summary>A series of a request: values of the caller, or what to read.</summary>
internal sealed record AskedSeries(string Field, bool IsPrice, StepValues? Inline, SeriesKey? Key)
{
    public TimeSpan Step => Inline?.Step ?? GridSeriesReader.HalfHour;

    public DateTimeOffset? Start => Inline is null ? Key!.Start : Inline.Start;

    public int Count => Inline?.Values.Length ?? (int)((Key!.End - Key.Start) / GridSeriesReader.HalfHour);
}

/// <summary>Reads the series of a request. Pure.</summary>
internal static class SeriesAsked
{
    private const int DefaultHours = 168;
    private const int MostHours = 336;
    private const int MostDays = 1827;

    public static AskedSeries Read(PlanSeries given, int? region, bool isPrice, string field, DateTimeOffset now) => given.ValuesCase switch
    {
        PlanSeries.ValuesOneofCase.Inline => new AskedSeries(field, isPrice, InlineValues.Read(given.Inline, $"{field}.inline"), null),
        PlanSeries.ValuesOneofCase.Stored => new AskedSeries(field, isPrice, null, Stored(given.Stored, region, isPrice, $"{field}.stored")),
        PlanSeries.ValuesOneofCase.Forecast => new AskedSeries(field, isPrice, null, Forecast(given.Forecast, region, isPrice, $"{field}.forecast", now)),
        _ => throw Refusal.InvalidArgument(field, "must have inline, stored or forecast").AsException(),
    };

    private static SeriesKey Stored(PlanStoredSeries given, int? region, bool isPrice, string field)
    {
        var start = HalfHourOf(Times.Required(given.StartTime, $"{field}.start_time"));
        var end = HalfHourOf(Times.Required(given.EndTime, $"{field}.end_time") + GridSeriesReader.HalfHour - TimeSpan.FromTicks(1));
        if (end <= start || end - start > TimeSpan.FromDays(MostDays))
            throw Refusal.InvalidArgument($"{field}.end_time", $"must be later than start_time and by at most {MostDays} days").AsException();
        return new SeriesKey(
            SeriesOf(given.Series, isPrice, field), region, false, start, end, Times.Optional(given.AsKnownAt, $"{field}.as_known_at"), IsFilled(given.Gaps, field), 0, TimeSpan.Zero);
    }

    private static SeriesKey Forecast(PlanForecast given, int? region, bool isPrice, string field, DateTimeOffset now)
    {
        var start = HalfHourOf(Times.Optional(given.StartTime, $"{field}.start_time") ?? now);
        var hours = given.Hours == 0 ? DefaultHours : Field.Range(given.Hours, $"{field}.hours", 1, MostHours);
        return new SeriesKey(
            SeriesOf(given.Series, isPrice, field), region, true, start, start.AddHours(hours), Times.Optional(given.AsKnownAt, $"{field}.as_known_at"), IsFilled(given.Gaps, field), 0,
            TimeSpan.Zero);
    }

    private static GridSeries SeriesOf(GridSeries given, bool isPrice, string field) => (isPrice, given) switch
    {
        (false, GridSeries.Unspecified or GridSeries.CarbonIntensity) => GridSeries.CarbonIntensity,
        (true, GridSeries.Unspecified or GridSeries.SystemPrice) => GridSeries.SystemPrice,
        (true, GridSeries.MarketIndexPrice) => given,
        (false, _) => throw Refusal.InvalidArgument($"{field}.series", "must be GRID_SERIES_CARBON_INTENSITY").AsException(),
        (true, _) => throw Refusal.InvalidArgument($"{field}.series", "must be GRID_SERIES_SYSTEM_PRICE or GRID_SERIES_MARKET_INDEX_PRICE").AsException(),
    };

    private static bool IsFilled(PlanGaps gaps, string field) => Field.Known(gaps, $"{field}.gaps") == PlanGaps.Fill;

    private static DateTimeOffset HalfHourOf(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % GridSeriesReader.HalfHour.Ticks), TimeSpan.Zero);
}
