namespace Pylon.Forecasting.Models;

/// <summary>What a series is, which decides how it is forecast.</summary>
public enum ForecastKind
{
    /// <summary>gCO2/kWh: the mean of the ridge and the direct model, never below 0.</summary>
    CarbonIntensity,

    /// <summary>MW: the ridge model, never below 0. The direct model was fitted on carbon intensities and knows no week.</summary>
    Demand,

    /// <summary>A price, which may be negative: the ridge model to 48 hours, the level method after.</summary>
    Price,
}
