using Pylon.Forecasting.Models;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Forecasts;

/// <summary>What the model says of a series from an hour on, and how wide the bands of its published forecast are.</summary>
internal sealed class ModelForecast
{
    private readonly DateTimeOffset _origin;
    private readonly ForecastHour[] _hours;
    private readonly HalfHourShape _shape;
    private readonly ErrorQuantiles _published;
    private readonly CarbonIndex? _index;
    private readonly double _least;

    /// <param name="origin">The start of the first hour.</param>
    /// <param name="hours">The forecast; empty when the history is too short or too old.</param>
    /// <param name="shape">From hours to half hours.</param>
    /// <param name="published">The errors of the published forecast.</param>
    /// <param name="index">Names an intensity; null for the other series.</param>
    /// <param name="least">No value is below it.</param>
    public ModelForecast(DateTimeOffset origin, ForecastHour[] hours, HalfHourShape shape, ErrorQuantiles published, CarbonIndex? index, double least) =>
        (_origin, _hours, _shape, _published, _index, _least) = (origin, hours, shape, published, index, least);

    /// <summary>The hours of the history, from its first to its last value.</summary>
    public int HistoryHours { get; init; }

    /// <summary>How many of these had no value.</summary>
    public int HistoryHoursMissing { get; init; }

    /// <summary>When its history was read.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    public IReadOnlyList<ForecastHour> Hours => _hours;

    /// <summary>Null for a half hour that the model does not reach.</summary>
    public ForecastPoint? At(DateTimeOffset halfHour)
    {
        var ahead = (int)Math.Floor((halfHour - _origin).TotalHours);
        if (ahead < 0 || ahead >= _hours.Length)
            return null;
        var hour = _hours[ahead];
        var above = _shape.Above(halfHour);
        var value = AtLeast(hour.Value + above);
        return new ForecastPoint(
            new SeriesPoint(halfHour, value, IndexOf(halfHour, value), Actual: false, ForecastPoint.ModelSource, MadeAt), hour.Model, Shifted(hour.Band80), Shifted(hour.Band95));

        ForecastBand? Shifted(ForecastBand? band) => band is { } range ? new ForecastBand(AtLeast(range.Lower + above), AtLeast(range.Upper + above)) : null;
    }

    /// <summary>A published forecast with its bands; without any where too few of its errors are known.</summary>
    public ForecastPoint Published(SeriesPoint point)
    {
        var ahead = Math.Max(0, (int)Math.Floor((point.Start - _origin).TotalHours));
        var (of80, of95) = ahead < Forecaster.Horizon ? _published.At(ahead) : (null, null);
        return new ForecastPoint(point, "", Band(of80), Band(of95));

        ForecastBand? Band(double? half) => half is { } width ? new ForecastBand(AtLeast(point.Value - width), point.Value + width) : null;
    }

    /// <summary>The name of an intensity; null for the other series.</summary>
    public string? IndexOf(DateTimeOffset halfHour, double value) => _index?.NameOf(halfHour.Year, (decimal)value);

    private double AtLeast(double value) => Math.Max(_least, value);

    /// <summary>The start of the hour that contains the moment.</summary>
    public static DateTimeOffset HourOf(DateTimeOffset moment)
    {
        var halfHour = HalfHour.Containing(moment);
        return halfHour.AddMinutes(-halfHour.Minute);
    }
}
