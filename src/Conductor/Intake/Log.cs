namespace Pylon.Conductor.Intake;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Consuming {Topic} is interrupted; trying again until it works")]
    public static partial void Interrupted(this ILogger log, Exception exception, string topic);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Entry {Position} of {Topic} is not processed (delivery {Deliveries}) and will be tried again")]
    public static partial void NotProcessed(this ILogger log, Exception exception, string topic, string position, int deliveries);
}
