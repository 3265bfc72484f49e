namespace Pylon.Forecasting.Models;

/// <summary>The mean residual of the last 6 hours, which loses 3 % of itself each hour.</summary>
internal static class LevelModel
{
    private const int Hours = 6;
    private const double Decay = 0.97;

    /// <summary>The residuals of the hours from the end of the profile on.</summary>
    public static void Forecast(Profile profile, Span<double> residuals)
    {
        var level = 0.0;
        for (var i = profile.End - Hours; i < profile.End; i++)
            level += profile.Residual(i) / Hours;
        for (var k = 0; k < residuals.Length; k++)
            residuals[k] = level *= Decay;
    }
}
