namespace Pylon.Ingestion.Import;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Imported {Name} ({Series}): {Lines} lines, {New} values new, {Changed} changed, {Rejected} lines rejected")]
    public static partial void Imported(this ILogger logger, string name, string series, long lines, long @new, long changed, long rejected);
}
