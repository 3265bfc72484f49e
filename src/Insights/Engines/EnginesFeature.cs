namespace Pylon.Insights.Engines;

internal static class EnginesFeature
{
    /// <summary>The clients of the external engines, which are asked only where their addresses are set.</summary>
    public static IServiceCollection AddEngines(this IServiceCollection services) =>
        services.AddSingleton<MlEngine>().AddSingleton<RagEngine>();
}
