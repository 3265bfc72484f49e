using Microsoft.Extensions.Options;
using Pylon.Conductor.Shared;

namespace Pylon.Conductor.Catalogues;

internal static class CataloguesFeature
{
    /// <summary>The catalogue, read and checked before the process starts.</summary>
    public static IServiceCollection AddCatalogues(this IServiceCollection services)
    {
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

    /// <summary>Names the check at the start; it holds nothing.</summary>
    private sealed class CatalogueLoaded;
}
