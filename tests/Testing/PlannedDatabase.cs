using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pylon.Postgres;

namespace Pylon.Testing;

/// <summary>
/// A database that tells the plan of each statement, as PostgreSQL ran it (auto_explain, whose words come as notices). So a test sees the plans of a
/// store without its SQL.
/// </summary>
public sealed partial class PlannedDatabase : IAsyncDisposable
{
    private readonly RecordedLog _log = new();
    private readonly LoggerFactory _loggers;

    /// <param name="connection">The user is a superuser.</param>
    /// <param name="schema">Where the tables of the service are; the other settings are those of a service, too.</param>
    public PlannedDatabase(string connection, string schema)
    {
        _loggers = new LoggerFactory([_log]);
        var builder = new NpgsqlDataSourceBuilder(PostgresFeature.ConnectionString(connection, schema).ConnectionString);
        builder.ConnectionStringBuilder.Options =
            "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 -c auto_explain.log_analyze=on -c auto_explain.log_level=notice -c client_min_messages=notice";
        builder.UseLoggerFactory(_loggers);
        Source = builder.Build();
    }

    public NpgsqlDataSource Source { get; }

    /// <summary>The plans so far, of statements that name the table.</summary>
    public IReadOnlyList<string> PlansOf(string table) => [.. _log.Lines.Where(line => line.Contains("plan:", StringComparison.Ordinal) && line.Contains(table, StringComparison.Ordinal))];

    /// <summary>Tables and partitions whose name begins so and that a plan read; what was planned and never executed is left out.</summary>
    public static IReadOnlySet<string> ReadBy(string plan, string table) =>
        Node().Matches(plan).Where(node => !node.Groups["rest"].Value.Contains("never executed", StringComparison.Ordinal))
            .Select(node => node.Groups["table"].Value).Where(name => name.StartsWith(table, StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);

    /// <summary>The most rows that a part of the plan passed on, or read and left out, in all its loops.</summary>
    public static long MostRows(string plan)
    {
        var (most, loops) = (0L, 1L);
        foreach (Match found in Rows().Matches(plan))
        {
            // What was left out is told after the part that did, for each loop of it.
            loops = found.Groups["loops"].Success ? Number(found.Groups["loops"]) : loops;
            most = Math.Max(most, Number(found.Groups["rows"]) * loops);
        }

        return most;
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        _loggers.Dispose();
    }

    private static long Number(Group group) => long.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<!Bitmap Index )Scan(?: using \w+| Backward using \w+)? on (?<table>\w+)(?<rest>[^\n]*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Node();

    [GeneratedRegex(@"\(actual [^)]*rows=(?<rows>\d+) loops=(?<loops>\d+)\)|Rows Removed by [\w ]+: (?<rows>\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Rows();
}
