using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;

namespace Pylon.Orchestrator.Outcomes;

/// <summary>Reads the signals of the grid over a span, from Ingestion.</summary>
internal sealed class GridSignals(GridService.GridServiceClient grid, TimeProvider time)
{
    private const int PageSize = 500;

    // Half hours of 366 days, the longest span that may be asked for.
    private const int MaxPages = 40;
    private static readonly TimeSpan CallBound = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The region that a place lies in: the one that its zone names, else the one region of Great Britain that has a name in
    /// common with it; null when there is none.
    /// </summary>
    /// <exception cref="Grpc.Core.RpcException">Ingestion does not answer.</exception>
    public async Task<int?> RegionOfAsync(Recommendation place, CancellationToken cancellationToken)
    {
        if (place.HasRegionId)
            return place.RegionId;
        if (place.Country is not ("" or "GB"))
            return null;
        var answer = await grid.ListRegionalGridAsync(
            new ListRegionalGridRequest(), deadline: (time.GetUtcNow() + CallBound).UtcDateTime, cancellationToken: cancellationToken);
        var names = new[] { place.ZoneName, place.Locality, place.Region }.Where(n => n.Length > 0).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var same = answer.Regions.Where(r => names.Overlaps([r.RegionName, r.GridZone?.ZoneName ?? "", r.GridZone?.Locality ?? "", r.GridZone?.Region ?? ""]));
        return same.Select(r => r.RegionId).Take(2).ToList() is [var only] ? only : null;
    }

    /// <summary>gCO2/kWh of a region; of Great Britain without one.</summary>
    /// <exception cref="Grpc.Core.RpcException">Ingestion does not answer.</exception>
    public Task<SignalSeries> CarbonAsync(int? regionId, IEnumerable<Work> work, CancellationToken cancellationToken) =>
        ReadAsync([GridSeries.CarbonIntensity], regionId is >= 1 and <= 17 ? regionId : null, work, cancellationToken);

    /// <summary>GBP/MWh: the market index price, and where it is missing the price of imbalance.</summary>
    /// <exception cref="Grpc.Core.RpcException">Ingestion does not answer.</exception>
    public Task<SignalSeries> PriceAsync(IEnumerable<Work> work, CancellationToken cancellationToken) =>
        ReadAsync([GridSeries.SystemPrice, GridSeries.MarketIndexPrice], null, work, cancellationToken);

    /// <summary>Of several series the last that has a value for a half hour.</summary>
    private async Task<SignalSeries> ReadAsync(GridSeries[] series, int? regionId, IEnumerable<Work> work, CancellationToken cancellationToken)
    {
        var values = new Dictionary<DateTimeOffset, Signal>();
        var parts = work.ToList();
        foreach (var each in series)
        {
            var request = new ListSignalsRequest
            {
                Series = each,
                StartTime = Work.HalfHourOf(parts.Min(w => w.Start)).ToTimestamp(),
                EndTime = Work.HalfHourOf(parts.Max(w => w.End)).AddMinutes(30).ToTimestamp(),
                PageSize = PageSize,
            };
            if (regionId is { } region)
                request.RegionId = region;
            await AddAsync(request, values, cancellationToken);
        }

        return new SignalSeries(values);
    }

    private async Task AddAsync(ListSignalsRequest request, Dictionary<DateTimeOffset, Signal> values, CancellationToken cancellationToken)
    {
        var name = request.Series.ToString() + (request.HasRegionId ? $":{request.RegionId}" : request.Series == GridSeries.CarbonIntensity ? ":18" : "");
        for (var page = 0; page < MaxPages; page++)
        {
            var answer = await grid.ListSignalsAsync(request, deadline: (time.GetUtcNow() + CallBound).UtcDateTime, cancellationToken: cancellationToken);
            foreach (var point in answer.Points.Where(p => p.Window is not null))
            {
                var at = point.Window.StartTime.ToDateTimeOffset();
                var signal = new Signal($"{name}:{at.UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'}", point.Value, point.Synthetic || !point.Actual);
                // A measured price of one series is better than a made-up one of the next.
                if (!signal.Estimated || values.GetValueOrDefault(at) is not { Estimated: false })
                    values[at] = signal;
            }

            if (answer.NextPageToken.Length == 0)
                return;
            request.PageToken = answer.NextPageToken;
        }
    }
}
