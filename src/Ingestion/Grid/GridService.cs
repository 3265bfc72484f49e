using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
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
    RegionalStore regional, NationalStore national, SeriesReader series, GridWatcher watcher, GridMessages messages, PostcodeRegions postcodes, TimeProvider time)
    : V1.GridService.GridServiceBase
{
    private const int LastRegion = 17;
    private const int GreatBritain = 18;
    private const int DefaultHours = 48;
    private const int MaxHours = 336;
    private static readonly long Earliest = new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private static readonly long Latest = new DateTimeOffset(2200, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private static readonly TimeSpan LongestSpan = TimeSpan.FromDays(366);
    private static readonly IReadOnlyList<int> AllRegions = [.. Enumerable.Range(1, LastRegion)];

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
        var points = await ReadAsync(
            request.Series, request.HasRegionId ? request.RegionId : null, from, next < end ? next : end, request.AsKnownAt, false, size, context.CancellationToken);
        return new ListSignalsResponse
        {
            Points = { points.Select(messages.Point) },
            NextPageToken = next < end ? new PageToken(next, Guid.Empty).Encode() : "",
        };
    }

    public override async Task<GetForecastResponse> GetForecast(GetForecastRequest request, ServerCallContext context)
    {
        if (Definition(request.Series).Forecasts is null)
            throw Refusal.InvalidArgument("series", "must be GRID_SERIES_CARBON_INTENSITY or GRID_SERIES_DEMAND: the other series have no forecast").AsException();
        var hours = request.Hours == 0 ? DefaultHours : Field.Range(request.Hours, "hours", 1, MaxHours);
        var from = HalfHour.Containing(Moment(request.StartTime, "start_time") ?? time.GetUtcNow());
        var points = await ReadAsync(
            request.Series, request.HasRegionId ? request.RegionId : null, from, from.AddHours(hours), request.AsKnownAt, true, hours * 2, context.CancellationToken);
        return new GetForecastResponse
        {
            Points = { points.Select(messages.Point) },
            HalfHoursMissing = (hours * 2) - points.Count(point => point.Source != SyntheticGrid.Source),
        };
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

    private Task<List<SeriesPoint>> ReadAsync(
        GridSeries wanted, int? regionId, DateTimeOffset from, DateTimeOffset to, Timestamp? asKnownAt, bool forecastOnly, int limit,
        CancellationToken cancellationToken)
    {
        var known = Moment(asKnownAt, "as_known_at") ?? time.GetUtcNow();
        var definition = Definition(wanted);
        if (!definition.IsRegional && regionId is not null)
            throw Refusal.InvalidArgument("region_id", "must be absent, except for GRID_SERIES_CARBON_INTENSITY: no other series has regions").AsException();
        if (regionId is { } region)
            Field.Range(region, "region_id", 1, GreatBritain);
        return series.ReadAsync(definition, regionId, from, to, known, forecastOnly, limit, cancellationToken);
    }

    // Carbon intensity when absent.
    private static SeriesDefinition Definition(GridSeries wanted) => Field.Known(wanted, "series") == GridSeries.Unspecified
        ? SeriesDefinition.CarbonIntensity
        : SeriesDefinition.All.First(one => one.Listed == wanted);

    private static IReadOnlyList<int> Regions(IReadOnlyList<int> asked)
    {
        for (var i = 0; i < asked.Count; i++)
            Field.Range(asked[i], $"region_id[{i}]", 1, LastRegion);
        return asked.Count == 0 ? AllRegions : [.. asked.Distinct()];
    }

    // The series have nothing outside of these years, and within them no span overflows.
    private static DateTimeOffset? Moment(Timestamp? time, string field)
    {
        if (time is null)
            return null;
        if (time.Seconds < Earliest || time.Seconds >= Latest || time.Nanos is < 0 or > 999_999_999)
            throw Refusal.InvalidArgument(field, "must be a time from year 1900 to 2199").AsException();
        return time.ToDateTimeOffset();
    }
}
