using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Forecasting.Gaps;
using Pylon.Ingestion.V1;

namespace Pylon.Insights.Dashboard;

/// <summary>Asks Ingestion for the carbon intensities of regions: what they were, and what is forecast.</summary>
internal sealed class IntensityReader(
    SeriesService.SeriesServiceClient series, GridService.GridServiceClient grid, ILogger<IntensityReader> logger)
{
    private const int HoursAhead = DailyForecast.Days * 24;
    private const int LongestFill = 48;
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    /// <summary>Of each region that has them; Ingestion that cannot be reached gives none.</summary>
    public async Task<IReadOnlyDictionary<int, RegionIntensity>> ReadAsync(IReadOnlyList<int> regions, DateOnly today, CancellationToken cancellationToken)
    {
        try
        {
            var read = await Task.WhenAll(regions.Select(async region => (region, Intensity: await OfAsync(region, today, cancellationToken))));
            return read.Where(each => each.Intensity is not null).ToDictionary(each => each.region, each => each.Intensity!);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested && e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            logger.IntensityUnavailable(e.StatusCode);
            return new Dictionary<int, RegionIntensity>();
        }
    }

    private async Task<RegionIntensity?> OfAsync(int region, DateOnly today, CancellationToken cancellationToken)
    {
        var start = new DateTimeOffset(today, TimeOnly.MinValue, TimeSpan.Zero);
        var past = series.ReadSeriesAsync(
            new ReadSeriesRequest { Series = GridSeries.CarbonIntensity, RegionId = region, StartTime = EmissionHistory.StartOf(today).ToTimestamp(), EndTime = start.ToTimestamp(), Fill = SeriesFill.Linear },
            cancellationToken: cancellationToken);
        var next = grid.GetForecastAsync(
            new GetForecastRequest { Series = GridSeries.CarbonIntensity, RegionId = region, StartTime = start.ToTimestamp(), Hours = HoursAhead }, cancellationToken: cancellationToken);
        var (known, forecast) = (await past, await next);
        var ahead = new double[2 * HoursAhead];
        Array.Fill(ahead, double.NaN);
        foreach (var point in forecast.Points)
        {
            var at = (int)((point.Window.StartTime.ToDateTimeOffset() - start) / HalfHour);
            if (at >= 0 && at < ahead.Length)
                ahead[at] = point.Value;
        }

        GapLine.Fill(ahead, LongestFill);
        var hours = Hours(ahead);
        return hours.All(double.IsFinite)
            ? new RegionIntensity(Hours([.. known.Values]), hours, forecast.Points.Any(point => point.Synthetic) || known.Sources.Skip(1).Any(source => source.Synthetic))
            : null;
    }

    // The mean of two half hours; of the one that is known.
    private static double[] Hours(double[] halfHours) => [.. halfHours.Chunk(2).Select(pair => pair.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average())];
}
