using System.Net;
using Microsoft.Extensions.Options;
using Pylon.Beckn;
using Pylon.Ingestion.Market;
using Pylon.ServiceDefaults;
using Pylon.ServiceDefaults.Outgoing;
using Pylon.ServiceDefaults.Start;
using Pylon.Signing;

namespace Pylon.Ingestion.Clients;

/// <summary>The sources of grid data, each with its client.</summary>
internal static class ClientsFeature
{
    private const long LargestBody = 64 * 1024 * 1024;

    public static IServiceCollection AddSourceClients(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidatedOptions<SourcesOptions>("Sources");
        services.AddOutgoingClient("sources", LargestBody, Addresses, (_, handler) => handler.AutomaticDecompression = DecompressionMethods.All);
        services.AddSingleton<SourceMetrics>();
        AddSource(services, CarbonIntensitySource.Id, o => o.CarbonIntensityBaseUrl, (client, o) => new CarbonIntensitySource(client, o));
        AddSource(services, NesoSource.Id, o => o.NesoBaseUrl, (client, o) => new NesoSource(client, o));
        AddSource(services, ElexonSource.Id, o => o.ElexonBaseUrl, (client, o) => new ElexonSource(client, o));
        // Without a BPP there is no catalogue to read.
        if (!string.IsNullOrEmpty(configuration["Bpp:BaseUrl"]))
            AddBeckn(services);
        return services;
    }

    private static IEnumerable<Uri?> Addresses(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<SourcesOptions>>().Value;
        return [options.CarbonIntensityBaseUrl, options.NesoBaseUrl, options.ElexonBaseUrl, provider.GetService<IOptions<BecknOptions>>()?.Value.BaseUrl];
    }

    private static void AddBeckn(IServiceCollection services)
    {
        services.AddValidatedOptions<BecknOptions>("Bpp");
        services.AddValidatedOptions<SigningOptions>(SigningOptions.Section);
        services.AddStartRequirement("messages must be signed", "Signing:KeyFile", "Signing:PrivateKey");
        services.AddSingleton(provider => new MessageSigner(
            provider.GetRequiredService<IOptions<BecknOptions>>().Value, provider.GetRequiredService<IOptions<SigningOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<GridSource>(provider =>
        {
            var beckn = provider.GetRequiredService<IOptions<BecknOptions>>().Value;
            var options = provider.GetRequiredService<IOptions<SourcesOptions>>().Value;
            return new BecknSource(
                Client(provider, BecknSource.Id, beckn.BaseUrl), provider.GetRequiredService<CatalogueRequests>(), beckn,
                provider.GetRequiredService<MessageSigner>(), options, provider.GetRequiredService<TimeProvider>());
        });
    }

    // One client for a source: it sends one request at a time, whoever asks.
    private static void AddSource(IServiceCollection services, string source, Func<SourcesOptions, Uri> baseUrl, Func<SourceClient, SourcesOptions, GridSource> make)
    {
        services.AddKeyedSingleton(source, (provider, _) => Client(provider, source, baseUrl(provider.GetRequiredService<IOptions<SourcesOptions>>().Value)));
        services.AddSingleton(provider => make(provider.GetRequiredKeyedService<SourceClient>(source), provider.GetRequiredService<IOptions<SourcesOptions>>().Value));
    }

    private static SourceClient Client(IServiceProvider provider, string source, Uri baseUrl) => new(
        source, provider.GetRequiredService<IHttpClientFactory>().CreateClient("sources"), baseUrl,
        provider.GetRequiredService<IOptions<SourcesOptions>>().Value, provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<SourceMetrics>(), provider.GetRequiredService<ILogger<SourceClient>>());
}
