namespace Pylon.Insights.Simulation;

/// <summary>What one lever did.</summary>
/// <param name="Lever">Its name.</param>
/// <param name="BeforeKg">kg CO2e.</param>
/// <param name="AfterKg">kg CO2e.</param>
internal sealed record AppliedLever(string Lever, decimal BeforeKg, decimal AfterKg);
