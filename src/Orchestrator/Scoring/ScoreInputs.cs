namespace Pylon.Orchestrator.Scoring;

/// <summary>What a data centre is scored by; null is not known.</summary>
/// <param name="CarbonIntensity">gCO2/kWh of its region.</param>
/// <param name="PriceGbpMwh">GBP/MWh; may be negative.</param>
/// <param name="GridStress">0 to 1.</param>
/// <param name="Pue">Power usage effectiveness, 1 or more.</param>
/// <param name="LoadPercent">0 to 100.</param>
/// <param name="Flexibility">0 to 1.</param>
internal sealed record ScoreInputs(double? CarbonIntensity, double? PriceGbpMwh, double? GridStress, double? Pue, double? LoadPercent, double? Flexibility);
