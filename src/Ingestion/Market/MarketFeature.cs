namespace Pylon.Ingestion.Market;

/// <summary>What Beckn providers offer.</summary>
internal static class MarketFeature
{
    public static IServiceCollection AddMarket(this IServiceCollection services) =>
        services.AddSingleton<MarketStore>().AddSingleton<MarketReader>().AddSingleton<CatalogueRequests>();
}
