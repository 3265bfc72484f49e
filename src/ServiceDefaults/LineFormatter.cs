using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Pylon.ServiceDefaults;

/// <summary>
/// One short line for an entry: time in UTC, level, the last word of the category, message, exception, our own scopes (workload,
/// batch), and the first eight characters of the trace id. The server's scopes (connection, request, span) are left out;
/// the formatter <c>json</c> has them.
/// </summary>
internal sealed class LineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";
    private const int TraceCharacters = 8;

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        textWriter.Write(LevelOf(logEntry.LogLevel));
        textWriter.Write(logEntry.Category.AsSpan(logEntry.Category.LastIndexOf('.') + 1));
        textWriter.Write(": ");
        WriteOnOneLine(textWriter, logEntry.Formatter(logEntry.State, logEntry.Exception));
        if (logEntry.Exception is { } exception)
        {
            textWriter.Write(' ');
            WriteOnOneLine(textWriter, exception.ToString());
        }

        scopeProvider?.ForEachScope(WriteScope, textWriter);
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            textWriter.Write(" trace=");
            textWriter.Write(activity.TraceId.ToHexString().AsSpan(0, TraceCharacters));
        }

        textWriter.Write('\n');
    }

    private static string LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace => " trce ",
        LogLevel.Debug => " dbug ",
        LogLevel.Information => " info ",
        LogLevel.Warning => " warn ",
        LogLevel.Error => " fail ",
        _ => " crit ",
    };

    // Those that were begun with a message are ours.
    private static void WriteScope(object? scope, TextWriter textWriter)
    {
        if (scope is not IReadOnlyList<KeyValuePair<string, object?>> { Count: > 0 } values || values[^1].Key != "{OriginalFormat}")
            return;
        textWriter.Write(" [");
        WriteOnOneLine(textWriter, scope.ToString() ?? "");
        textWriter.Write(']');
    }

    // A text of a caller must not look like another entry.
    private static void WriteOnOneLine(TextWriter textWriter, string text)
    {
        foreach (var character in text)
            textWriter.Write(char.IsControl(character) ? ' ' : character);
    }
}
