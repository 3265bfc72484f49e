using Pylon.Forecasting.Models;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Forecasts;

/// <summary>
/// One forecast out of two: the published one where it reaches, the model after it and in its holes. Within 6 hours of where
/// the published one ends a value is between the two: up to the end their mean with weights that change by the hour, after it
/// the model and what remains of the last difference. With 48 published hours these are the hours 42 to 54.
/// </summary>
internal static class ForecastBlend
{
    /// <summary>A published forecast counts so far ahead.</summary>
    public static readonly TimeSpan Reach = TimeSpan.FromHours(48);

    private static readonly TimeSpan HalfBlend = TimeSpan.FromHours(6);

    /// <summary>The half hours of the span that have a value, in order.</summary>
    /// <param name="from">Included.</param>
    /// <param name="to">Not included.</param>
    /// <param name="known">The moment of the forecast.</param>
    /// <param name="published">What is published, from the half hour of that moment or earlier on; also synthetic.</param>
    /// <param name="isFresh">False when the published forecast is too old: then the model goes before it.</param>
    /// <param name="model">The model.</param>
    public static List<ForecastPoint> Points(
        DateTimeOffset from, DateTimeOffset to, DateTimeOffset known, IReadOnlyList<SeriesPoint> published, bool isFresh, ModelForecast model)
    {
        var byStart = published.ToDictionary(point => point.Start);
        var current = HalfHour.Containing(known);
        var last = isFresh ? published.LastOrDefault(point => point.Source != SyntheticGrid.Source && point.Start >= current && point.Start < current + Reach) : null;
        var anchor = last is not null && model.At(last.Start) is { } under ? last.Value - under.Point.Value : 0;
        var points = new List<ForecastPoint>();
        for (var start = from; start < to; start += HalfHour.Length)
        {
            if (At(start) is { } point)
                points.Add(point);
        }

        return points;

        ForecastPoint? At(DateTimeOffset start)
        {
            var given = byStart.GetValueOrDefault(start);
            var own = start < current ? null : model.At(start);
            if (own is null || last is null)
                return own ?? (given is null ? null : start < current || given.Source == SyntheticGrid.Source ? new ForecastPoint(given, "", null, null) : model.Published(given));
            var weight = Weight(start, last.Start + HalfHour.Length);
            if (weight >= 1)
                return own;
            if (start > last.Start)
                return Between(model, last with { Start = start, Value = own.Point.Value + anchor }, own, weight);
            if (given is null || given.Source == SyntheticGrid.Source)
                return own;
            return weight <= 0 ? model.Published(given) : Between(model, given, own, weight);
        }
    }

    // That of the model: 0 until 6 hours before the end of what is published, 1 from 6 hours after it on.
    private static double Weight(DateTimeOffset start, DateTimeOffset end) => Math.Clamp((start + (HalfHour.Length / 2) - (end - HalfBlend)) / (2 * HalfBlend), 0, 1);

    private static ForecastPoint Between(ModelForecast model, SeriesPoint published, ForecastPoint own, double weight)
    {
        var value = Mix(published.Value, own.Point.Value);
        var given = model.Published(published);
        return own with
        {
            Point = own.Point with { Value = value, Index = model.IndexOf(own.Point.Start, value), Source = ForecastPoint.BlendPrefix + published.Source },
            Band80 = MixBands(given.Band80, own.Band80),
            Band95 = MixBands(given.Band95, own.Band95),
        };

        double Mix(double one, double other) => ((1 - weight) * one) + (weight * other);

        // Round the mixed value; where one has no band that of the other holds.
        ForecastBand? MixBands(ForecastBand? one, ForecastBand? other) => (one, other) switch
        {
            ({ } first, { } second) => new ForecastBand(Mix(first.Lower, second.Lower), Mix(first.Upper, second.Upper)),
            ({ } first, null) => Moved(first, published.Value),
            (null, { } second) => Moved(second, own.Point.Value),
            _ => null,
        };

        ForecastBand Moved(ForecastBand band, double around) => new(Math.Min(value, band.Lower + value - around), band.Upper + value - around);
    }
}
