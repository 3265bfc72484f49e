namespace Pylon.Orchestrator.World;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Synthetic world of seed {Seed}: made {Rows} rows")]
    public static partial void Made(this ILogger logger, int seed, long rows);

    [LoggerMessage(LogLevel.Debug, "Synthetic workload {JobId} is added")]
    public static partial void Added(this ILogger logger, string jobId);

    [LoggerMessage(LogLevel.Warning, "Synthetic world: that of seed {Present} is there and PYLON_SYNTHETIC_SEED is {Wanted}; no workload is added until the world is removed and created anew")]
    public static partial void OtherSeed(this ILogger logger, int present, int wanted);

    [LoggerMessage(LogLevel.Warning, "Synthetic world: no workload could be added; the next try is in {Interval}")]
    public static partial void NotAdded(this ILogger logger, Exception exception, TimeSpan interval);
}
