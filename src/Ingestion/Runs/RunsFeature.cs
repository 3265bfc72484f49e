namespace Pylon.Ingestion.Runs;

/// <summary>Ingestion runs and their schedule.</summary>
internal static class RunsFeature
{
    public static IServiceCollection AddRuns(this IServiceCollection services) =>
        services.AddSingleton<RunStore>().AddSingleton<PipelineRunner>().AddHostedService<PipelineWorker>();
}
