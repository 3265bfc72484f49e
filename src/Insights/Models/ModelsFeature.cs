namespace Pylon.Insights.Models;

/// <summary>What is emitted: the models of all kinds.</summary>
internal static class ModelsFeature
{
    public static IServiceCollection AddModels(this IServiceCollection services) => services.AddSingleton<Estimator>();
}
