namespace Pylon.Ingestion.SeriesReading;

internal static class SeriesReadingFeature
{
    /// <summary>Whole series at once, with their versions.</summary>
    public static IServiceCollection AddSeriesReading(this IServiceCollection services) => services.AddSingleton<SeriesVersionStore>();
}
