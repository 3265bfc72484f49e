namespace Pylon.Insights.Factors;

/// <summary>The ids of factors that a model asks for itself.</summary>
internal static class FactorIds
{
    public const string Electricity = "pylon:electricity";
    public const string ElectricityWtt = "pylon:electricity-wtt";
    public const string ElectricityTd = "13_402_4000_5_1";
    public const string Gas = "pylon:gas";
    public const string Diesel = "pylon:diesel";
    public const string Petrol = "pylon:petrol";
    public const string HgvWtt = "pylon:hgv-wtt";
    public const string HubTranshipment = "pylon:hub-transhipment";
    public const string HubStorageTranshipment = "pylon:hub-storage-transhipment";
}
