using Pylon.Forecasting.Models;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.V1;

namespace Pylon.Ingestion.Forecasts;

/// <summary>A series that is forecast, of a region or of Great Britain.</summary>
/// <param name="Series">One of <see cref="Forecast"/>.</param>
/// <param name="RegionId">1 to 18; null for Great Britain from the national source.</param>
internal sealed record ForecastTarget(SeriesDefinition Series, int? RegionId)
{
    private const int Regions = 18;

    /// <summary>The series that have a forecast.</summary>
    public static readonly IReadOnlyList<SeriesDefinition> Forecast =
        [SeriesDefinition.CarbonIntensity, SeriesDefinition.Demand, SeriesDefinition.SystemPrice, SeriesDefinition.MarketIndexPrice];

    /// <summary>Each of these, and each region of those that have regions.</summary>
    public static readonly IReadOnlyList<ForecastTarget> All =
    [
        .. from series in Forecast
           from region in series.IsRegional ? Enumerable.Range(0, Regions + 1) : [0]
           select new ForecastTarget(series, region == 0 ? null : region),
    ];

    /// <summary>0 for Great Britain from the national source.</summary>
    public short RegionKey => (short)(RegionId ?? 0);

    public bool IsRegional => RegionId is not null;

    public ForecastKind Kind => Series.Listed switch
    {
        GridSeries.CarbonIntensity => ForecastKind.CarbonIntensity,
        GridSeries.Demand => ForecastKind.Demand,
        _ => ForecastKind.Price,
    };

    public override string ToString() => RegionId is { } region ? $"{Series.Name} of region {region}" : Series.Name;
}
