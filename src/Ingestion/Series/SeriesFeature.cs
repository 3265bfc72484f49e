namespace Pylon.Ingestion.Series;

/// <summary>The series of half hours: storing and reading them.</summary>
internal static class SeriesFeature
{
    public static IServiceCollection AddSeries(this IServiceCollection services) =>
        services.AddSingleton<SeriesStore>().AddSingleton<SeriesReader>();
}
