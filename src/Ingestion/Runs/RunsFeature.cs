using Microsoft.Extensions.Options;
using Pylon.Beckn;
using Pylon.Ingestion.Market;
using Pylon.Ingestion.Series;
using Pylon.ServiceDefaults;

namespace Pylon.Ingestion.Runs;

/// <summary>The visits to the sources: their clients, the schedule, and what is told about them.</summary>
internal static class RunsFeature
{
    private const long LargestBody = 64 * 1024 * 1024;

    public static IServiceCollection AddRuns(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidatedOptions<SourcesOptions>("Sources");
        services.AddHttpClient("sources", client => client.MaxResponseContentBufferSize = LargestBody);
        services.AddSingleton<SeriesStore>().AddSingleton<SeriesReader>().AddSingleton<RunStore>().AddSingleton<PipelineRunner>();
        AddSource(services, o => o.CarbonIntensityBaseUrl, (client, o) => new CarbonIntensitySource(client, o));
        AddSource(services, o => o.NesoBaseUrl, (client, o) => new NesoSource(client, o));
        AddSource(services, o => o.ElexonBaseUrl, (client, o) => new ElexonSource(client, o));
        // Without a provider there is nobody to ask.
        if (!string.IsNullOrEmpty(configuration["Bpp:BaseUrl"]))
            AddBeckn(services);
        return services.AddHostedService<PipelineWorker>();
    }

    private static void AddBeckn(IServiceCollection services)
    {
        services.AddValidatedOptions<BecknOptions>("Bpp");
        services.AddSingleton<GridSource>(provider =>
        {
            var beckn = provider.GetRequiredService<IOptions<BecknOptions>>().Value;
            var options = provider.GetRequiredService<IOptions<SourcesOptions>>().Value;
            return new BecknSource(
                Client(provider, beckn.BaseUrl), provider.GetRequiredService<CatalogueRequests>(), beckn, options, provider.GetRequiredService<TimeProvider>());
        });
    }

    private static void AddSource(IServiceCollection services, Func<SourcesOptions, Uri> baseUrl, Func<SourceClient, SourcesOptions, GridSource> make) =>
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<SourcesOptions>>().Value;
            return make(Client(provider, baseUrl(options)), options);
        });

    private static SourceClient Client(IServiceProvider provider, Uri baseUrl) => new(
        provider.GetRequiredService<IHttpClientFactory>().CreateClient("sources"), baseUrl,
        provider.GetRequiredService<IOptions<SourcesOptions>>().Value, provider.GetRequiredService<TimeProvider>());
}
