namespace Pylon.Insights.Imports;

internal static class ImportsFeature
{
    /// <summary>Shipments from files. Needs the recording of events.</summary>
    public static IServiceCollection AddImports(this IServiceCollection services) => services.AddSingleton<ShipmentStore>();
}
