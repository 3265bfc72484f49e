using Pylon.Insights.Factors;

namespace Pylon.Insights.Models;

/// <summary>What becomes of fuel_type.</summary>
internal static class FuelWords
{
    /// <summary>Some words of vehicle_type say the fuel themselves; a fuel_type that contradicts is told and not used.</summary>
    public static void Use(EstimateBuilder builder, string vehicle, string? fuel, VehicleFactors found)
    {
        if (found.FixedFuel.Length == 0 || fuel == found.FixedFuel)
            builder.Use("fuel_type");
        else if (fuel is not null)
            builder.Assume($"fuel_type {fuel} is not used: {vehicle} says {found.FixedFuel}.");
    }
}
