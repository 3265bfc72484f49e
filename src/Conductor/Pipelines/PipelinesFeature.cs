namespace Pylon.Conductor.Pipelines;

internal static class PipelinesFeature
{
    /// <summary>What answers DefinePipeline. Unless dead letters are added later, failed resolutions are only logged.</summary>
    public static IServiceCollection AddPipelines(this IServiceCollection services) => services
        .AddSingleton<PipelineDefiner>()
        .AddSingleton<IFailedResolutions, LoggedFailedResolutions>();
}
