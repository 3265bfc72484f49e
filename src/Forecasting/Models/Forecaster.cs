namespace Pylon.Forecasting.Models;

/// <summary>
/// Forecasts a series from its own history: fitted once, then used for a week. Fitting finds the weights of the ridge model and
/// the widths of the bands; forecasting is some thousand multiplications. No I/O, no clock, no chance: equal input gives equal
/// output.
/// </summary>
public sealed class Forecaster
{
    /// <summary>How far a forecast reaches, in hours.</summary>
    public const int Horizon = 168;

    /// <summary>The hours of history that the ridge and the direct model need.</summary>
    public const int RidgeHours = 35 * 24;

    /// <summary>The hours of history that the level method needs.</summary>
    public const int LevelHours = 8 * 24;

    /// <summary>The hours of history below which there is no forecast.</summary>
    public const int LastDayHours = 24;

    /// <summary>The hours of history that are used; what is older changes nothing.</summary>
    public const int UsedHours = (28 + Origins + 7) * 24;

    // One a day.
    private const int Origins = 42;
    private const int RidgePriceHours = 48;
    private readonly ForecastKind _kind;
    private readonly string _model;
    private readonly RidgeModel? _ridge;
    private readonly ErrorQuantiles _errors;

    private Forecaster(HourlyHistory history, ForecastKind kind)
    {
        var known = history.Hours - history.MissingHours;
        _kind = kind;
        _model = known < LevelHours ? ForecastModel.LastDay
            : known < RidgeHours ? ForecastModel.Level
            : kind == ForecastKind.CarbonIntensity ? ForecastModel.RidgeDirect
            : ForecastModel.Ridge;
        _ridge = known < RidgeHours ? null : RidgeModel.Fit(history);
        _errors = new ErrorQuantiles(Errors(history, _model == ForecastModel.LastDay ? LastDayHours : LevelHours), Origins);
    }

    /// <summary>Null when the history is shorter than a day.</summary>
    public static Forecaster? Fit(HourlyHistory history, ForecastKind kind) =>
        history.Hours - history.MissingHours < LastDayHours ? null : new Forecaster(history, kind);

    /// <summary>The hours from the end of a history on, which is the one that was fitted or a later one of the same series.</summary>
    /// <param name="history">Not shorter than the fitted one.</param>
    /// <param name="hours">How many.</param>
    public ForecastHour[] Forecast(HourlyHistory history, int hours = Horizon)
    {
        var profile = new Profile(history, history.Hours);
        var values = new double[hours];
        Fill(profile, values);
        return [.. values.Select((value, k) =>
        {
            var (of80, of95) = _errors.At(k);
            return new ForecastHour(value, ModelAt(k), Band(value, of80), Band(value, of95));
        })];

        ForecastBand? Band(double value, double? spreads) =>
            spreads * profile.Spread is { } half ? new ForecastBand(Floor(value - half), value + half) : null;
    }

    // Those that are made at the same hour of the last days, in spreads of the profile then: a band is wider in a time when the
    // series swings more. An error of 7 days ahead is known for an origin 7 days ago, so 7 more origins are looked at.
    private List<double[]> Errors(HourlyHistory history, int firstOrigin)
    {
        var errors = new List<double[]>();
        for (var origin = history.Hours - 24; origin >= firstOrigin && errors.Count < Origins + 7; origin -= 24)
        {
            var profile = new Profile(history, origin);
            var known = Math.Min(Horizon, history.Hours - origin);
            var values = new double[known];
            Fill(profile, values);
            for (var k = 0; k < known; k++)
                values[k] = Math.Abs(values[k] - history.Values[origin + k]) / profile.Spread;
            errors.Add(values);
        }

        return errors;
    }

    private string ModelAt(int ahead) => _model == ForecastModel.Ridge && _kind == ForecastKind.Price && ahead >= RidgePriceHours ? ForecastModel.Level : _model;

    private double Floor(double value) => _kind == ForecastKind.Price ? value : Math.Max(0, value);

    private void Fill(Profile profile, Span<double> values)
    {
        switch (_model)
        {
            case ForecastModel.LastDay:
                for (var k = 0; k < values.Length; k++)
                    values[k] = profile.Residual(profile.End + (k % 24) - 24);
                break;
            case ForecastModel.Level:
                LevelModel.Forecast(profile, values);
                break;
            case ForecastModel.Ridge:
                if (_kind == ForecastKind.Price)
                    LevelModel.Forecast(profile, values);
                _ridge!.Forecast(profile, _kind == ForecastKind.Price ? values[..Math.Min(values.Length, RidgePriceHours)] : values);
                break;
            default:
                Span<double> direct = stackalloc double[values.Length];
                DirectModel.Forecast(profile, DirectCoefficients.Values, direct);
                _ridge!.Forecast(profile, values);
                for (var k = 0; k < values.Length; k++)
                    values[k] = (values[k] + direct[k]) / 2;
                break;
        }

        for (var k = 0; k < values.Length; k++)
            values[k] = Floor(values[k] + profile.Expected(profile.End + k));
    }
}
