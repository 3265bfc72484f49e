using Google.Protobuf.WellKnownTypes;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Orchestrator.Planning;

/// <summary>Reads the places of a request with all their series.</summary>
internal sealed class PlaceReader(GridSeriesReader reader, ZoneRegions regions, TimeProvider time)
{
    private const int MostPlaces = 64;
    private const int MostValues = 1_000_000;
    private const int GreatBritain = 18;

    /// <summary>Refuses what is wrong with its field.</summary>
    public async Task<Places> ReadAsync(IReadOnlyList<PlanPlace> given, Duration? step, double risk, CancellationToken cancellationToken)
    {
        if (given.Count is 0 or > MostPlaces)
            throw Refusal.InvalidArgument("places", $"must be 1 to {MostPlaces} places").AsException();
        Field.Range(risk, "risk", 0, 1);
        var now = time.GetUtcNow();
        var asked = new List<AskedPlace>();
        for (var i = 0; i < given.Count; i++)
            asked.Add(await AskedAsync(given[i], $"places[{i}]", now, cancellationToken));
        var all = asked.SelectMany(place => place.Series).ToList();
        Check(asked, all);
        var planStep = step is null ? all.Max(series => series.Step) : InlineValues.Step(step, "step");
        var start = all.Select(series => series.Start).FirstOrDefault(time => time is not null);
        var prepared = await Task.WhenAll(all.Select(series => PrepareAsync(series, start, planStep, risk, cancellationToken)));
        var bySeries = all.Zip(prepared).ToDictionary(pair => pair.First.Field, pair => pair.Second, StringComparer.Ordinal);
        return new Places([.. asked.Select(Placed)], start, planStep, all.Exists(series => series.Key is not null) ? now : null);

        Place Placed(AskedPlace place)
        {
            var (carbon, price) = (bySeries[place.Carbon.Field], place.Price is null ? null : bySeries[place.Price.Field]);
            return new Place(new PlanZone(place.Name, carbon.Series, price?.Series, place.PueThousandths), carbon, price);
        }
    }

    private static void Check(List<AskedPlace> places, List<AskedSeries> all)
    {
        if (places.GroupBy(place => place.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } repeated)
            throw Refusal.InvalidArgument("places", $"must have different zones, but {repeated.Key} is repeated").AsException();
        if (all.Sum(series => (long)series.Count) > MostValues)
            throw Refusal.InvalidArgument("places", $"must have at most {MostValues} values in all").AsException();
        var first = all.FirstOrDefault(series => series.Start is not null);
        if (all.FirstOrDefault(series => series.Start is not null && series.Start != first?.Start) is { } other)
            throw Refusal.InvalidArgument(other.Field, $"must start at {first!.Start:yyyy-MM-dd'T'HH:mm:ss'Z'} as {first.Field} does").AsException();
        var inline = all.FirstOrDefault(series => series.Inline is not null);
        if (all.FirstOrDefault(series => series.Inline is not null && series.Count * series.Step != inline!.Count * inline.Step) is { } shorter)
            throw Refusal.InvalidArgument($"{shorter.Field}.inline.values", $"must last as long as those of {inline!.Field}").AsException();
    }

    private async Task<PreparedSeries> PrepareAsync(AskedSeries series, DateTimeOffset? start, TimeSpan step, double risk, CancellationToken cancellationToken) => series.Inline is { } values
        ? PreparedSeries.Of(values with { Start = start }, step, risk, series.IsPrice, $"{series.Field}.inline")
        : await reader.ReadAsync(series.Key! with { Step = step, Risk = risk }, series.Field, cancellationToken);

    private async Task<AskedPlace> AskedAsync(PlanPlace given, string field, DateTimeOffset now, CancellationToken cancellationToken)
    {
        int? region = given.LocationCase switch
        {
            PlanPlace.LocationOneofCase.RegionId => Field.Range(given.RegionId, $"{field}.region_id", 1, GreatBritain),
            PlanPlace.LocationOneofCase.GridZoneCode => await regions.FindAsync(given.GridZoneCode, $"{field}.grid_zone_code", cancellationToken),
            _ => null,
        };
        var name = Field.Text(given.Zone, $"{field}.zone", 0, 100);
        if (name.Length == 0)
            name = given.HasGridZoneCode ? given.GridZoneCode.Trim() : region is { } id ? $"region-{id}" : "gb";
        var pue = given.HasPue ? Field.Range(given.Pue, $"{field}.pue", 1, 10) : 1;
        var carbon = SeriesAsked.Read(given.Carbon ?? new PlanSeries { Forecast = new PlanForecast() }, region, isPrice: false, $"{field}.carbon", now);
        var price = given.Price is null ? null : SeriesAsked.Read(given.Price, null, isPrice: true, $"{field}.price", now);
        return new AskedPlace(name, carbon, price, (int)Math.Round(pue * 1000));
    }

    private sealed record AskedPlace(string Name, AskedSeries Carbon, AskedSeries? Price, int PueThousandths)
    {
        public IEnumerable<AskedSeries> Series => Price is null ? [Carbon] : [Carbon, Price];
    }
}
