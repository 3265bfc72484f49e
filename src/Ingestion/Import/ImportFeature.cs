namespace Pylon.Ingestion.Import;

internal static class ImportFeature
{
    /// <summary>History from files.</summary>
    public static IServiceCollection AddImport(this IServiceCollection services) =>
        services.AddSingleton<SeriesImport>();
}
