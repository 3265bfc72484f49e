namespace Pylon.Insights.Simulation;

/// <summary>The names of levers on the wire.</summary>
internal static class LeverNames
{
    public const string ModeShift = "mode_shift";
    public const string AirToSea = "air_to_sea";
    public const string LoadFactor = "load_factor";
    public const string Vehicle = "vehicle";
    public const string RenewableShare = "renewable_share";
    public const string Distance = "distance";
    public const string Efficiency = "efficiency";
    public const string TimeShift = "time_shift";
    public const string ZoneShift = "zone_shift";

    /// <summary>Features with another value that no other lever is for.</summary>
    public const string Inputs = "inputs";

    public static IReadOnlyList<string> All { get; } = [ModeShift, AirToSea, LoadFactor, Vehicle, RenewableShare, Distance, Efficiency, TimeShift, ZoneShift];
}
