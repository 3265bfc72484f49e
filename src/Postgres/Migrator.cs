using System.Reflection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Pylon.Postgres;

/// <summary>
/// Brings one schema up to date: embedded <c>Migrations/NNNN_what.sql</c> in order, each in a transaction of its own
/// together with its row in <c>schema_migrations</c>. An advisory lock of the database makes any number of instances,
/// also of several services, take turns. Inside a migration unqualified names are those of the schema.
/// </summary>
public sealed class Migrator(NpgsqlDataSource dataSource, TimeProvider time, ILogger<Migrator> logger)
{
    /// <summary>The longest wait for a server that is not up yet.</summary>
    public static readonly TimeSpan ServerWait = TimeSpan.FromSeconds(60);

    internal const string DefaultHistory = "schema_migrations";

    private readonly DirectDatabase _database = new(dataSource);

    /// <summary>Gets rights on the schema after each run; null when the service connects as the migrations do.</summary>
    internal ServiceRole? Service { get; init; }

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(10);

    // One lock for all schemas: the search path of the database is set under it as well.
    private const string Lock = "SELECT pg_advisory_lock(hashtext('pylon.migrations'))";

    // So that SQL without schema names, works in psql.
    private const string SetDatabaseSearchPath =
        """
        DO $$
        BEGIN
            IF NOT EXISTS (
                SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
                WHERE d.datname = current_database() AND s.setrole = 0
                  AND 'search_path=orchestrator, ingestion, conductor, insights, public' = ANY (s.setconfig))
            THEN
                EXECUTE format('ALTER DATABASE %I SET search_path = orchestrator, ingestion, conductor, insights, public', current_database());
            END IF;
        END $$
        """;

    /// <summary>Applies what is missing. Safe to repeat and to run from several processes at once.</summary>
    /// <exception cref="MigrationException">
    /// A migration failed, an applied one was changed since, or the server was unreachable for <see cref="ServerWait"/>.
    /// </exception>
    /// <param name="assembly">Embeds the migrations.</param>
    /// <param name="schema">Is brought up to date; made when it is not there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="history">The table of what is applied; a library that brings migrations of its own names its own.</param>
    public Task MigrateAsync(Assembly assembly, string schema, CancellationToken cancellationToken, string history = DefaultHistory)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        ArgumentNullException.ThrowIfNull(schema);
        return MigrateAsync(Migration.In(assembly), SchemaName.Check(schema), cancellationToken, SchemaName.Check(history));
    }

    internal async Task MigrateAsync(IReadOnlyList<Migration> migrations, string schema, CancellationToken cancellationToken, string history = DefaultHistory)
    {
        var start = time.GetTimestamp();
        var lastSaid = TimeSpan.Zero;
        while (true)
        {
            var elapsed = time.GetElapsedTime(start);
            try
            {
                await MigrateOnceAsync(migrations, schema, history, cancellationToken);
                return;
            }
            catch (NpgsqlException e) when (e.IsTransient && elapsed < ServerWait)
            {
                // A connection lost half-way rolls its transaction back, so starting over is right in every case.
                if (lastSaid == TimeSpan.Zero || elapsed - lastSaid >= ProgressEvery)
                {
                    logger.WaitingForServer(schema, (int)elapsed.TotalSeconds, (int)ServerWait.TotalSeconds, e.Message);
                    lastSaid = elapsed + TimeSpan.FromTicks(1);
                }

                await Task.Delay(RetryPause, time, cancellationToken);
            }
            catch (NpgsqlException e) when (e.IsTransient)
            {
                throw new MigrationException($"PostgreSQL ({PostgresFeature.Setting}) was unreachable for {ServerWait.TotalSeconds} s: {e.Message}", e);
            }
        }
    }

    private async Task MigrateOnceAsync(IReadOnlyList<Migration> migrations, string schema, string history, CancellationToken cancellationToken)
    {
        await using var session = await Session.OpenAsync(_database, cancellationToken);
        var connection = session.Connection;
        await ExecuteAsync(connection, Lock, cancellationToken);
        await PrepareAsync(connection, schema, history, cancellationToken);
        var applied = await ReadAppliedAsync(connection, schema, history, cancellationToken);
        foreach (var migration in migrations)
        {
            if (!applied.TryGetValue(migration.Version, out var checksum))
                await ApplyAsync(connection, schema, history, migration, cancellationToken);
            else if (checksum != migration.Checksum)
                throw new MigrationException($"the applied migration {schema}/{migration.Version:0000}_{migration.Name} was changed: restore its text and write a new migration");
        }

        if (Service is not null)
            await Service.GrantAsync(connection, schema, cancellationToken);

        // An older program beside a newer one, as in a rolling upgrade, is not an error.
        if (applied.Count > 0 && applied.Keys.Max() > migrations[^1].Version)
            logger.DatabaseIsNewer(schema, applied.Keys.Max(), migrations[^1].Version);
    }

    private async Task PrepareAsync(NpgsqlConnection connection, string schema, string history, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            connection,
            $"""
            SET client_min_messages = warning;
            CREATE SCHEMA IF NOT EXISTS {schema};
            CREATE TABLE IF NOT EXISTS {schema}.{history} (
                version integer PRIMARY KEY CHECK (version > 0),
                name text NOT NULL,
                checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            );
            """,
            cancellationToken);
        try
        {
            await ExecuteAsync(connection, SetDatabaseSearchPath, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            logger.SearchPathNotSet(e.MessageText);
        }
    }

    private static async Task<Dictionary<int, string>> ReadAppliedAsync(NpgsqlConnection connection, string schema, string history, CancellationToken cancellationToken)
    {
        var rows = await new NpgsqlCommand($"SELECT version, checksum FROM {schema}.{history}", connection)
            .ListAsync(row => KeyValuePair.Create(row.GetInt32(0), row.GetString(1)), cancellationToken);
        return new Dictionary<int, string>(rows);
    }

    private async Task ApplyAsync(NpgsqlConnection connection, string schema, string history, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await ExecuteAsync(connection, $"SET LOCAL search_path = {schema}, public", cancellationToken);
            if (CallerRoles.AreNeededBy(migration))
                await ExecuteAsync(connection, CallerRoles.Make, cancellationToken);
            await ExecuteAsync(connection, migration.Sql, cancellationToken);
        }
        catch (PostgresException e) when (!e.IsTransient)
        {
            throw new MigrationException($"the migration {schema}/{migration.Version:0000}_{migration.Name} failed: {e.MessageText} ({e.SqlState}, position {e.Position})", e);
        }

        await using var record = connection.CreateCommand();
        record.CommandText = $"INSERT INTO {schema}.{history} (version, name, checksum) VALUES ($1, $2, $3)";
        record.Parameters.Add(new NpgsqlParameter<int> { TypedValue = migration.Version });
        record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Name });
        record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Checksum });
        await record.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        logger.Applied(schema, migration.Version, migration.Name);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        // A migration, or the wait for another instance's, may take as long as it takes.
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
