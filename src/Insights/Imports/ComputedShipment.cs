namespace Pylon.Insights.Imports;

/// <summary>What was computed of a line.</summary>
/// <param name="LegsKg">kg CO2e, by <see cref="ShipmentColumns.Modes"/>.</param>
/// <param name="TotalKg">Their sum.</param>
/// <param name="IsReproduced">Every CO2 of the file is there and is what was computed, to 1e-12 of it.</param>
/// <param name="Faults">Why it cannot be computed; empty when it can.</param>
/// <param name="Notes">What is to be reported; empty when nothing is.</param>
internal sealed record ComputedShipment(decimal[] LegsKg, decimal TotalKg, bool IsReproduced, IReadOnlyList<string> Faults, IReadOnlyList<string> Notes);
