namespace Pylon.Forecasting.Models;

/// <summary>The forecast of one hour.</summary>
/// <param name="Value">The mean of the hour, in the unit of the series.</param>
/// <param name="Model">One of <see cref="ForecastModel"/>.</param>
/// <param name="Band80">Null where too few errors are known.</param>
/// <param name="Band95">Null where too few errors are known.</param>
public sealed record ForecastHour(double Value, string Model, ForecastBand? Band80, ForecastBand? Band95);
