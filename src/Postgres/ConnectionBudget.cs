using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Pylon.Postgres;

/// <summary>
/// How many connections all processes of Pylon may hold together, and how many PostgreSQL has for them. It is said at the start, and warned of
/// when there are too few: then some process finds none when all are busy.
/// </summary>
/// <param name="Wanted">The pools of all processes.</param>
/// <param name="Limit">Those of the server without those that are kept for others.</param>
internal sealed record ConnectionBudget(int Wanted, int Limit)
{
    /// <summary>For psql, backups and what watches the server; those that the server itself reserves are among them.</summary>
    public const int KeptForOthers = 10;

    public bool IsOver => Wanted > Limit;

    /// <summary>Of so many processes with pools of this size; the connections of LISTEN are of the pool.</summary>
    public static ConnectionBudget Of(Replicas replicas, int poolSize, int maxConnections, int reserved) =>
        new(replicas.Total * poolSize, maxConnections - Math.Max(KeptForOthers, reserved));
}

/// <summary>Computes the budget once at the start, when the server is there, and checks that a pooler leads to the schema.</summary>
internal sealed class ConnectionBudgetStep(
    NpgsqlDataSource database, DirectDatabase direct, IOptions<PostgresOptions> options, SchemaOfService schema, ILogger<ConnectionBudgetStep> log) : IHostedService
{
    private const string Ask =
        """
        SELECT current_setting('max_connections')::int,
            current_setting('superuser_reserved_connections')::int + coalesce(nullif(current_setting('reserved_connections', true), '')::int, 0), current_schema()
        """;

    private static readonly Meter Meter = new("Pylon.Postgres");
    private static readonly Gauge<int> Wanted = Meter.CreateGauge<int>("pylon.postgres.connections.wanted", "{connection}", "Connections that the processes of Pylon may hold together");
    private static readonly Gauge<int> Limit = Meter.CreateGauge<int>("pylon.postgres.connections.limit", "{connection}", "Connections that PostgreSQL has for Pylon");

    /// <summary>Null until it is known.</summary>
    public ConnectionBudget? Budget { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var hasPooler = options.Value.Direct is not null;
        int max, reserved;
        string? found;
        try
        {
            await using var command = database.CreateCommand(Ask);
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            (max, reserved, found) = (row.GetInt32(0), row.GetInt32(1), await row.IsDBNullAsync(2, cancellationToken) ? null : row.GetString(2));
        }
        catch (NpgsqlException e)
        {
            log.BudgetNotKnown(e);
            return;
        }

        if (hasPooler && found != schema.Name)
        {
            throw new OptionsValidationException(PostgresFeature.Setting, typeof(PostgresOptions), [
                $"{PostgresFeature.Setting}: must lead to the schema {schema.Name} and leads to {found ?? "none"}; let the pooler set the search path of its connections (connect_query='SET search_path = {schema.Name}, public')"]);
        }

        // Behind a pooler only the direct ones are the server's; the pooler bounds its own.
        var pool = new NpgsqlConnectionStringBuilder(direct.Source.ConnectionString).MaxPoolSize;
        var budget = Budget = ConnectionBudget.Of(options.Value.ReadReplicas(), pool, max, reserved);
        Wanted.Record(budget.Wanted);
        Limit.Record(budget.Limit);
        if (budget.IsOver)
            log.BudgetIsOver(budget.Wanted, pool, options.Value.ReadReplicas().Total, budget.Limit, max);
        else
            log.BudgetIsKept(budget.Wanted, pool, options.Value.ReadReplicas().Total, budget.Limit);
        if (hasPooler)
            log.HasPooler();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The schema of this process.</summary>
internal sealed record SchemaOfService(string Name);
