using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Ingestion.Forecasts;
using Pylon.Ingestion.Postcodes;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;
using Pylon.Ingestion.V1;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Ingestion.Grid;

/// <summary>The gRPC service for the grid: past, current and forecast values.</summary>
internal sealed class GridService(
    RegionalStore regional, NationalStore national, SeriesReader series, ForecastReader forecasts, AccuracyStore accuracy, GridWatcher watcher,
    GridMessages messages, PostcodeRegions postcodes, TimeProvider time)
    : V1.GridService.GridServiceBase
{
    private const int LastRegion = 17;
    private const int GreatBritain = 18;
    private const int MostHalfHours = 8;
    private const int FurthestHours = 168;
    private const int DefaultHours = 48;
    private const int MaxHours = 336;
    private const int DefaultDays = 28;
    private const int MaxDays = 90;
    private static readonly long Earliest = new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private static readonly long Latest = new DateTimeOffset(2200, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private static readonly TimeSpan LongestSpan = TimeSpan.FromDays(366);

    public override async Task<GetNationalGridResponse> GetNationalGrid(GetNationalGridRequest request, ServerCallContext context)
    {
        var now = time.GetUtcNow();
        return new GetNationalGridResponse { Grid = messages.National(await national.LatestAsync(now, context.CancellationToken), HalfHour.Containing(now)) };
    }

    public override async Task<ListRegionalGridResponse> ListRegionalGrid(ListRegionalGridRequest request, ServerCallContext context)
    {
        var states = await regional.LatestAsync(time.GetUtcNow(), Regions(request.RegionId), context.CancellationToken);
        return new ListRegionalGridResponse { Regions = { states.Select(messages.Regional) } };
    }

    public override async Task<ListSignalsResponse> ListSignals(ListSignalsRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var given = Moment(request.StartTime, "start_time");
        var end = Moment(request.EndTime, "end_time") ?? time.GetUtcNow();
        var start = HalfHour.Containing(given ?? end.AddDays(-1));
        if (start >= end || end - start > LongestSpan)
            throw Refusal.InvalidArgument("end_time", $"must be later than start_time and by at most {LongestSpan.TotalDays:0} days").AsException();
        var from = PageToken.Decode(request.PageToken)?.Time ?? start;
        if (from < start || from >= end)
            throw Refusal.InvalidArgument("page_token", "must be the next_page_token of an earlier answer to the same call").AsException();

        // A page is a span of time and not a count of values, so missing values cost no search.
        var next = from + (size * HalfHour.Length);
        var definition = Definition(request.Series);
        var points = await series.ReadAsync(
            definition, Region(definition, request.HasRegionId ? request.RegionId : null), from, next < end ? next : end,
            Moment(request.AsKnownAt, "as_known_at") ?? time.GetUtcNow(), forecastOnly: false, size, context.CancellationToken);
        return new ListSignalsResponse
        {
            Points = { points.Select(messages.Point) },
            NextPageToken = next < end ? new PageToken(next, Guid.Empty).Encode() : "",
        };
    }

    public override async Task<ListRegionalSignalsResponse> ListRegionalSignals(ListRegionalSignalsRequest request, ServerCallContext context)
    {
        if (request.Hours.Count > MostHalfHours)
            throw Refusal.InvalidArgument("hours", $"must be at most {MostHalfHours}").AsException();
        var at = HalfHour.Containing(Moment(request.Time, "time") ?? time.GetUtcNow());
        IReadOnlyList<int> hours = request.Hours.Count == 0 ? [0] : [.. request.Hours.Select((hour, n) => Field.Range(hour, $"hours[{n}]", -FurthestHours, FurthestHours)).Distinct()];
        var points = await series.ReadRegionsAsync(
            SeriesDefinition.CarbonIntensity, Regions(request.RegionId, GreatBritain), [.. hours.Select(hour => at.AddHours(hour))], time.GetUtcNow(), context.CancellationToken);
        return new ListRegionalSignalsResponse
        {
            Regions = { points.GroupBy(each => each.RegionId).Select(region => new RegionalSignals { RegionId = region.Key, Points = { region.Select(each => messages.Point(each.Point)) } }) },
        };
    }

    public override async Task<GetForecastResponse> GetForecast(GetForecastRequest request, ServerCallContext context)
    {
        var target = Target(request.Series, request.HasRegionId ? request.RegionId : null);
        var hours = request.Hours == 0 ? DefaultHours : Field.Range(request.Hours, "hours", 1, MaxHours);
        var asKnownAt = Moment(request.AsKnownAt, "as_known_at");
        var from = HalfHour.Containing(Moment(request.StartTime, "start_time") ?? time.GetUtcNow());
        var forecast = await forecasts.ReadAsync(target, from, hours, asKnownAt, context.CancellationToken);
        return new GetForecastResponse
        {
            Points = { forecast.Points.Select(point => messages.Point(point, forecast.AsKnownAt)) },
            HalfHoursMissing = (hours * 2) - forecast.Points.Count(point => point.Point.Source != SyntheticGrid.Source),
            HistoryHours = forecast.HistoryHours,
            HistoryHoursMissing = forecast.HistoryHoursMissing,
        };
    }

    public override async Task<GetForecastAccuracyResponse> GetForecastAccuracy(GetForecastAccuracyRequest request, ServerCallContext context)
    {
        var target = Target(request.Series, request.HasRegionId ? request.RegionId : null);
        var days = request.Days == 0 ? DefaultDays : Field.Range(request.Days, "days", 1, MaxDays);
        var from = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddDays(1 - days);
        return new GetForecastAccuracyResponse { Accuracy = { (await accuracy.ReadAsync(target, from, context.CancellationToken)).Select(GridMessages.Accuracy) } };
    }

    public override async Task WatchGrid(WatchGridRequest request, IServerStreamWriter<WatchGridResponse> responseStream, ServerCallContext context)
    {
        var wanted = Regions(request.RegionId).ToHashSet();
        var sent = new Dictionary<int, RegionalGrid>();
        var seen = 0L;
        while (true)
        {
            (seen, var states) = await watcher.NextAsync(seen, context.CancellationToken);
            var changed = states.Where(s => wanted.Contains(s.RegionId)).Select(messages.Regional)
                .Where(message => !message.Equals(sent.GetValueOrDefault(message.RegionId))).ToList();
            if (changed.Count == 0)
                continue;
            await responseStream.WriteAsync(new WatchGridResponse { Regions = { changed } }, context.CancellationToken);
            foreach (var message in changed)
                sent[message.RegionId] = message;
        }
    }

    public override async Task<ResolvePostcodeResponse> ResolvePostcode(ResolvePostcodeRequest request, ServerCallContext context)
    {
        var outward = OutwardCode.Of(request.Postcode, "postcode");
        var found = await postcodes.FindAsync(outward, context.CancellationToken) ?? throw Refusal.NotFound("postcode", outward).AsException();
        return GridMessages.Postcode(outward, found);
    }

    private static ForecastTarget Target(GridSeries wanted, int? regionId)
    {
        var definition = Definition(wanted);
        if (!ForecastTarget.Forecast.Contains(definition))
            throw Refusal.InvalidArgument("series", "must be a carbon intensity, a demand or a price: GRID_SERIES_IMBALANCE_VOLUME has no forecast").AsException();
        return new ForecastTarget(definition, Region(definition, regionId));
    }

    /// <summary>Refuses a region that the series does not have.</summary>
    internal static int? Region(SeriesDefinition definition, int? regionId)
    {
        if (!definition.IsRegional && regionId is not null)
            throw Refusal.InvalidArgument("region_id", "must be absent, except for GRID_SERIES_CARBON_INTENSITY: no other series has regions").AsException();
        return regionId is { } region ? Field.Range(region, "region_id", 1, GreatBritain) : null;
    }

    /// <summary>Carbon intensity when absent.</summary>
    internal static SeriesDefinition Definition(GridSeries wanted) => Field.Known(wanted, "series") == GridSeries.Unspecified
        ? SeriesDefinition.CarbonIntensity
        : SeriesDefinition.All.First(one => one.Listed == wanted);

    private static IReadOnlyList<int> Regions(IReadOnlyList<int> asked, int last = LastRegion)
    {
        for (var i = 0; i < asked.Count; i++)
            Field.Range(asked[i], $"region_id[{i}]", 1, last);
        return asked.Count == 0 ? [.. Enumerable.Range(1, last)] : [.. asked.Distinct()];
    }

    /// <summary>The series have nothing outside of these years, and within them no span overflows.</summary>
    internal static DateTimeOffset? Moment(Timestamp? time, string field)
    {
        if (time is null)
            return null;
        if (time.Seconds < Earliest || time.Seconds >= Latest || time.Nanos is < 0 or > 999_999_999)
            throw Refusal.InvalidArgument(field, "must be a time from year 1900 to 2199").AsException();
        return time.ToDateTimeOffset();
    }
}
