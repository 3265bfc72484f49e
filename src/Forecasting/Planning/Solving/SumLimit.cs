namespace Pylon.Forecasting.Planning.Solving;

/// <summary>The sum of energy × value over the chosen steps must be at most the bound.</summary>
internal sealed record SumLimit(Int128[] Values, Int128 Bound);
