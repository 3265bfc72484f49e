using Microsoft.Extensions.Options;
using Pylon.ServiceDefaults;

namespace Pylon.Conductor.Pipelines;

internal static class PipelinesFeature
{
    /// <summary>The catalogue, read and checked before the process starts.</summary>
    public static IServiceCollection AddPipelines(this IServiceCollection services)
    {
        services.AddValidatedOptions<ConductorOptions>(ConductorOptions.Section);
        services.AddSingleton<ConductorMetrics>();
        services.AddSingleton<PipelineDefiner>();
        services.AddSingleton(provider => Load(provider.GetRequiredService<IOptions<ConductorOptions>>().Value.Catalogue));
        services.AddOptions<CatalogueLoaded>().Configure<Catalogue>((_, _) => { }).ValidateOnStart();
        return services;
    }

    private static Catalogue Load(string file)
    {
        try
        {
            return Catalogue.Parse(file.Length == 0 ? Catalogue.Shipped() : File.ReadAllText(file));
        }
        catch (Exception e) when (e is CatalogueException or IOException or UnauthorizedAccessException)
        {
            var faults = e is CatalogueException { Faults: var found } ? found : [e.Message];
            var name = file.Length == 0 ? "catalogue.json" : file;
            throw new OptionsValidationException(ConductorOptions.Section, typeof(Catalogue), faults.Select(f => $"BCS_CATALOGUE={name}: {f}"));
        }
    }

    /// <summary>A name for the check at the start; it holds nothing.</summary>
    private sealed class CatalogueLoaded;
}
