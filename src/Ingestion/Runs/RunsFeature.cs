using Microsoft.Extensions.Options;
using Pylon.Ingestion.Series;
using Pylon.ServiceDefaults;

namespace Pylon.Ingestion.Runs;

/// <summary>The visits to the sources: their clients, the schedule, and what is told about them.</summary>
internal static class RunsFeature
{
    private const long LargestBody = 64 * 1024 * 1024;

    public static IServiceCollection AddRuns(this IServiceCollection services)
    {
        services.AddValidatedOptions<SourcesOptions>("Sources");
        services.AddHttpClient("sources", client => client.MaxResponseContentBufferSize = LargestBody);
        services.AddSingleton<SeriesStore>().AddSingleton<SeriesReader>().AddSingleton<RunStore>().AddSingleton<PipelineRunner>();
        AddSource(services, o => o.CarbonIntensityBaseUrl, (client, o) => new CarbonIntensitySource(client, o));
        AddSource(services, o => o.NesoBaseUrl, (client, o) => new NesoSource(client, o));
        AddSource(services, o => o.ElexonBaseUrl, (client, o) => new ElexonSource(client, o));
        return services.AddHostedService<PipelineWorker>();
    }

    private static void AddSource(IServiceCollection services, Func<SourcesOptions, Uri> baseUrl, Func<SourceClient, SourcesOptions, GridSource> make) =>
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<SourcesOptions>>().Value;
            var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("sources");
            return make(new SourceClient(http, baseUrl(options), options, provider.GetRequiredService<TimeProvider>()), options);
        });
}
