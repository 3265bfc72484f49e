namespace Pylon.Ingestion.Import;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Imported {Name} ({Series}): {Lines} lines read, {New} values new, {Changed} changed, {Rejected} lines quarantined")]
    public static partial void Imported(this ILogger logger, string name, string series, long lines, long @new, long changed, long rejected);
}
