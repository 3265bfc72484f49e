using System.Diagnostics.Metrics;

namespace Pylon.Ingestion.Forecasts;

/// <summary>The metric of the forecasts' errors: by series, region, hours ahead and kind of forecast.</summary>
internal sealed class AccuracyMetrics
{
    /// <summary>The last days that count.</summary>
    public const int Days = 7;

    private volatile IReadOnlyList<HorizonError> _errors = [];

    public AccuracyMetrics(IMeterFactory meters) => meters.Create("Pylon.Ingestion").CreateObservableGauge(
        "pylon.forecast.absolute_error",
        () => _errors.Select(one => new Measurement<double>(
            one.AbsoluteError,
            new KeyValuePair<string, object?>("series", one.Series), new KeyValuePair<string, object?>("region", one.RegionKey),
            new KeyValuePair<string, object?>("horizon_hours", one.Horizon), new KeyValuePair<string, object?>("model", one.Model))),
        description: "Mean absolute error of the forecasts over the last 7 days, in the unit of the series; region 0 is Great Britain");

    public void Update(IReadOnlyList<HorizonError> errors) => _errors = errors;
}
