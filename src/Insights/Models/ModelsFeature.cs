using Microsoft.Extensions.Options;
using Pylon.Insights.Factors;
using Pylon.ServiceDefaults;

namespace Pylon.Insights.Models;

/// <summary>What is emitted: the models of all kinds.</summary>
internal static class ModelsFeature
{
    public static IServiceCollection AddModels(this IServiceCollection services)
    {
        services.AddValidatedOptions<ModelsOptions>(ModelsOptions.Section);
        return services
            .AddSingleton(FactorBook.Shipped)
            .AddSingleton(provider => new VehicleWords(FactorBook.Shipped, (decimal?)provider.GetRequiredService<IOptions<ModelsOptions>>().Value.TwoWheelerKgKm))
            .AddSingleton<EmissionModels>()
            .AddSingleton<EngineEstimates>()
            .AddSingleton<Estimator>();
    }
}
