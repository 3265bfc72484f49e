namespace Pylon.Conductor.Intake;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Topic {Topic}: could not read completions; the consumer tries again until it can")]
    public static partial void Interrupted(this ILogger log, Exception exception, string topic);

    [LoggerMessage(LogLevel.Warning, "Entry {Position}: could not be processed at delivery {Deliveries}, the last one; it becomes a dead letter")]
    public static partial void GivenUp(this ILogger log, Exception exception, string position, int deliveries);

    [LoggerMessage(LogLevel.Warning, "Topic {Topic}: could not process entry {Position} (delivery {Deliveries}); it stays pending and is delivered again")]
    public static partial void NotProcessed(this ILogger log, Exception exception, string topic, string position, int deliveries);
}
