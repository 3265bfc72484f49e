namespace Pylon.Insights.Entities;

/// <summary>The words for what computes an entity's emissions, and the unit of its activity.</summary>
internal static class EmissionKind
{
    public const string Logistics = "logistics";
    public const string Factory = "factory";
    public const string Warehouse = "warehouse";
    public const string Delivery = "delivery";
    public const string Compute = "compute";

    /// <summary>The carbon intensity of a region; it has no events.</summary>
    public const string Grid = "grid";

    /// <summary>The unit of the activity of an entity of this kind: tonne.km, km or kWh.</summary>
    public static string UnitOf(string kind) => kind switch
    {
        Logistics => "tonne.km",
        Delivery => "km",
        _ => "kWh",
    };
}
