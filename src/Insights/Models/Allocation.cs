namespace Pylon.Insights.Models;

/// <summary>A share of an estimate.</summary>
/// <param name="Of">drop or parcel.</param>
/// <param name="By">count or mass.</param>
/// <param name="Co2Kg">kg CO2e.</param>
internal sealed record Allocation(string Of, string By, decimal Co2Kg);
