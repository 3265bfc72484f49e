using Pylon.ServiceDefaults;

namespace Pylon.Ingestion.Forecasts;

/// <summary>Forecasts: the published ones, the models after them, and how good both have been.</summary>
internal static class ForecastsFeature
{
    public static IServiceCollection AddForecasts(this IServiceCollection services)
    {
        services.AddValidatedOptions<ForecastsOptions>("Forecasts");
        return services.AddSingleton<HistoryStore>().AddSingleton<IssuedStore>().AddSingleton<AccuracyStore>().AddSingleton<ModelForecasts>()
            .AddSingleton<ForecastReader>().AddSingleton<ForecastIssuer>().AddSingleton<AccuracyMetrics>()
            .AddHostedService<AccuracyWorker>();
    }
}
