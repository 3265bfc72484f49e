namespace Pylon.Ingestion.Zones;

/// <summary>The grid zones: listing, and resolving what providers call them.</summary>
internal static class ZonesFeature
{
    public static IServiceCollection AddZones(this IServiceCollection services) =>
        services.AddSingleton<ZoneStore>().AddSingleton<ZoneResolver>();
}
