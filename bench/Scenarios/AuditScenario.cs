using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;
using Pylon.Messaging;
using Pylon.Orchestrator.Audit;
using Pylon.Orchestrator.V1;
using Pylon.Postgres;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// Decisions that are logged by several at once, each in a transaction of its own, through the statement of the Orchestrator; against
/// the same in a database whose log has no chain. At the end the whole chain is verified.
/// </summary>
internal sealed class AuditScenario() : Scenario("audit", "decisions appended to the log with its hash chain, by 1, 16 and 64 at once, against the same INSERT without a chain")
{
    private const string Schema = "orchestrator";
    private const string Bare = "bare";
    private const int Page = 500;
    private static readonly Guid Workload = new("6f1f6b35-4d4c-4a57-9d57-d24eb55cf1c5");

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var postgres = await run.StartPostgresAsync(cancellationToken);
        await using var server = NpgsqlDataSource.Create(postgres.ConnectionString);
        await ExecuteAsync(server, $"CREATE DATABASE {Bare}", cancellationToken);
        await using var log = await LogAsync(postgres.ConnectionString, cancellationToken);
        await using var bare = await LogAsync($"{postgres.ConnectionString};Database={Bare}", cancellationToken);
        await ExecuteAsync(bare, "ALTER TABLE orchestration_decisions DISABLE TRIGGER chain_decision", cancellationToken);
        await BenchRun.WarmAsync(cancellationToken, token => AppendAsync(log, 16, token), token => AppendAsync(bare, 16, token));
        (string, int)[] parts = [("PostgreSQL", postgres.Pid)];
        foreach (var appenders in (int[])[1, 16, 64])
        {
            await run.CompareAsync(
                $"{appenders} at once",
                "decisions",
                [
                    new("without the chain", token => AppendAsync(bare, appenders, token)) { IsPeer = true, Parts = parts },
                    new("with the chain", token => AppendAsync(log, appenders, token)) { Parts = parts },
                ],
                cancellationToken);
        }

        run.Note(await VerifyAsync(log, cancellationToken));
    }

    private static async Task<NpgsqlDataSource> LogAsync(string server, CancellationToken cancellationToken)
    {
        var database = NpgsqlDataSource.Create(PostgresFeature.ConnectionString(server, Schema));
        var migrator = new Migrator(database, TimeProvider.System, NullLogger<Migrator>.Instance);
        await migrator.MigrateAsync(typeof(NewDecision).Assembly, Schema, cancellationToken);
        await migrator.MigrateAsync(typeof(Outbox).Assembly, Schema, cancellationToken, Outbox.MigrationHistory);
        await ExecuteAsync(database, $"INSERT INTO archived_objects (kind, id, name, source) VALUES ('workload', '{Workload}', 'bench', 'manual')", cancellationToken);
        return database;
    }

    private static Task<Work> AppendAsync(NpgsqlDataSource database, int appenders, CancellationToken cancellationToken) => Load.RunAsync(
        appenders,
        async (_, n) =>
        {
            var decision = new NewDecision(DecisionType.CarbonOptimization, Workload, $"Three grid zones are recommended, the best score first: {n}.")
            {
                Constraints = new() { ["urgency"] = "MEDIUM", ["carbon_cap_gco2"] = 1000, ["deadline"] = "2026-03-04T12:00:00Z" },
                Alternatives = [.. Enumerable.Range(1, 3).Select(rank => new JsonObject { ["rank"] = rank, ["place"] = "London (GB-R13)", ["score"] = 61.5 / rank })],
            };
            await using var batch = database.CreateBatch();
            batch.BatchCommands.Add(decision.Append());
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return 0;
        },
        cancellationToken);

    private static async Task<string> VerifyAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var store = new AuditStore(new TenantDatabase(database, Tenant.All), NullLogger<AuditStore>.Instance);
        var (seq, hash) = (0L, ChainHash.Start);
        while (await store.ChainAsync(seq, withDocuments: true, Page, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var entry in page)
            {
                if (entry.Broken(seq, hash) is { } reason)
                    throw new StackException($"entry {entry.Seq} of the chain: {reason}");
                (seq, hash) = (entry.Seq, entry.Hash);
            }
        }

        return await store.UnchainedAsync(cancellationToken) is { } decision
            ? throw new StackException($"decision {decision} has no entry in the chain")
            : $"the chain holds: {seq:#,0} entries, and each decision has one";
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
