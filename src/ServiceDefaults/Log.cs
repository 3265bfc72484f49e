using Microsoft.Extensions.Logging;

namespace Pylon.ServiceDefaults;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name} has no effect: {Reason}")]
    public static partial void SettingIsIdle(this ILogger log, string name, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A metric could not be observed")]
    public static partial void NotObserved(this ILogger log, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Instrument {Meter}/{Instrument} is not shown: {Name} is another kind of metric already")]
    public static partial void NameTaken(this ILogger log, string meter, string instrument, string name);
}
