namespace Pylon.Insights.Imports;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Import {Name}: {Read} lines of shipments, {New} of them new, {Rejected} in quarantine, {Noted} kept with something to report")]
    public static partial void Imported(this ILogger log, string name, long read, long @new, long rejected, long noted);
}
