namespace Pylon.Forecasting.Models;

/// <summary>
/// How wide the bands are: the quantiles of the absolute errors that the model makes at the last 42 origins, one a day, for each
/// block of 6 hours ahead (split conformal prediction). The errors are in spreads of the profile at their origin, so that a
/// band is wider in a time when the series swings more.
/// </summary>
/// <remarks>
/// The hours of an origin are dependent: one origin counts as one error. With n origins the quantile that holds c of what comes
/// is that of ⌈c(n+1)⌉/n; where it is more than 1 there is no band.
/// </remarks>
internal sealed class ErrorQuantiles
{
    private const int Origins = 42;
    private readonly double?[] _of80 = new double?[DirectModel.Blocks];
    private readonly double?[] _of95 = new double?[DirectModel.Blocks];

    /// <param name="history">What the forecasts are held against.</param>
    /// <param name="firstOrigin">The first position at which the model can forecast.</param>
    /// <param name="forecast">Fills the values from a position on.</param>
    public ErrorQuantiles(HourlyHistory history, int firstOrigin, Action<Profile, Span<double>> forecast)
    {
        var errors = Enumerable.Range(0, DirectModel.Blocks).Select(_ => new List<double>(Origins * DirectModel.BlockHours)).ToArray();
        Span<double> values = stackalloc double[DirectModel.Blocks * DirectModel.BlockHours];
        for (var origin = history.Hours - 24; origin >= firstOrigin; origin -= 24)
        {
            var profile = new Profile(history, origin);
            var known = Math.Min(values.Length, history.Hours - origin) / DirectModel.BlockHours;
            if (errors[^1].Count == Origins * DirectModel.BlockHours)
                break;
            forecast(profile, values);
            Collect(history, profile, values[..(known * DirectModel.BlockHours)], errors);
        }

        for (var block = 0; block < errors.Length; block++)
        {
            errors[block].Sort();
            (_of80[block], _of95[block]) = (Quantile(errors[block], 0.8), Quantile(errors[block], 0.95));
        }
    }

    /// <summary>In spreads.</summary>
    /// <param name="ahead">The hour, from 0.</param>
    public (double? Of80, double? Of95) At(int ahead)
    {
        var block = Math.Min(ahead / DirectModel.BlockHours, DirectModel.Blocks - 1);
        return (_of80[block], _of95[block]);
    }

    private static void Collect(HourlyHistory history, Profile profile, ReadOnlySpan<double> values, List<double>[] errors)
    {
        for (var k = 0; k < values.Length; k++)
        {
            var block = errors[k / DirectModel.BlockHours];
            if (block.Count < Origins * DirectModel.BlockHours)
                block.Add(Math.Abs(values[k] - history.Values[profile.End + k]) / Spread(profile));
        }
    }

    /// <summary>A series that never moves has a spread of 0.</summary>
    public static double Spread(Profile profile) => Math.Max(profile.Spread, 1e-9);

    private static double? Quantile(List<double> sorted, double share)
    {
        var origins = sorted.Count / DirectModel.BlockHours;
        var rank = (int)Math.Ceiling(share * (origins + 1)) * DirectModel.BlockHours;
        return rank <= sorted.Count ? sorted[rank - 1] : null;
    }
}
