namespace Pylon.Forecasting.Models;

/// <summary>How a value was forecast. Each needs a history of its own length; the shortest that is reached decides.</summary>
public static class ForecastModel
{
    /// <summary>The mean of the ridge and the direct model. From 35 days on.</summary>
    public const string RidgeDirect = "ridge-direct";

    /// <summary>Autoregression on the residual from the hour-of-day profile. From 35 days on.</summary>
    public const string Ridge = "ridge";

    /// <summary>The hour-of-day profile and the level of the last hours, which decays. From 8 days on.</summary>
    public const string Level = "level";

    /// <summary>The last day, repeated. From 1 day on.</summary>
    public const string LastDay = "last-day";
}
