namespace Pylon.Forecasting.Models;

/// <summary>The errors of the hours ahead from 1 to <paramref name="Hours"/>.</summary>
/// <param name="Hours">24, 48 or 168.</param>
/// <param name="MeanAbsolute">In the unit of the series.</param>
/// <param name="SymmetricPercent">Mean of 2|f-a|/(|f|+|a|), 0 to 200 %; 0 where both are 0.</param>
public sealed record BacktestError(int Hours, double MeanAbsolute, double SymmetricPercent);
