namespace Pylon.Insights.Factors;

/// <summary>The factors of a vehicle word.</summary>
/// <param name="TonneKm">For each tonne and kilometre; null when there is none.</param>
/// <param name="Km">For each kilometre of the vehicle; null when there is none.</param>
/// <param name="Class">Of an HGV; null for others.</param>
/// <param name="WellToTank">The making of its fuel, tonne.km; null when none is shipped.</param>
/// <param name="FixedFuel">The fuel that the word says itself; empty when fuel_type says it.</param>
/// <param name="FactorPercent">The uncertainty of the factors, per cent.</param>
/// <param name="Quality">0 to 1.</param>
/// <param name="Assumptions">In sentences.</param>
internal sealed record VehicleFactors(
    Factor? TonneKm, Factor? Km, LoadClass? Class, Factor? WellToTank, string FixedFuel, decimal FactorPercent, decimal Quality, IReadOnlyList<string> Assumptions);
