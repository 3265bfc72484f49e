using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pylon.Events.V1;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Messaging.Tests;

/// <summary>A database with the outbox of one service.</summary>
internal sealed class OutboxFixture : IAsyncDisposable
{
    public const string Schema = "orchestrator";
    public const string Topic = "workloads";

    private readonly TestDatabase _database;

    private OutboxFixture(TestDatabase database)
    {
        _database = database;
        Source = NpgsqlDataSource.Create(PostgresFeature.ConnectionString(database.Uri, Schema));
    }

    public NpgsqlDataSource Source { get; }

    public string Uri => _database.Uri;

    public static async Task<OutboxFixture> CreateAsync()
    {
        var database = await TestDatabase.CreateAsync("messaging.outbox", template => MigrateAsync(template.Uri));
        return new OutboxFixture(database);
    }

    public static async Task MigrateAsync(string uri)
    {
        await using var source = NpgsqlDataSource.Create(PostgresFeature.ConnectionString(uri, Schema));
        await new Migrator(source, TimeProvider.System, NullLogger<Migrator>.Instance)
            .MigrateAsync(typeof(Outbox).Assembly, Schema, CancellationToken.None, Outbox.MigrationHistory);
    }

    public OutboxRelay Relay(IEventStream stream, TimeProvider? time = null, NpgsqlDataSource? source = null) => new(
        Schema,
        "pylon/orchestrator",
        source ?? Source,
        new Listener(new DirectDatabase(Source), TimeProvider.System, NullLogger<Listener>.Instance),
        stream,
        time ?? TimeProvider.System,
        NullLogger<OutboxRelay>.Instance);

    /// <summary>Events whose subjects count up, all in one transaction.</summary>
    public async Task InsertAsync(int from, int count)
    {
        await using var connection = await Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        for (var i = from; i < from + count; i++)
            await Outbox.InsertAsync(connection, Topic, $"{i}", Payload(i), CancellationToken.None);
        await transaction.CommitAsync();
    }

    public Task<int> ExecuteAsync(string sql) => _database.ExecuteAsync($"SET search_path TO {Schema}; {sql}");

    public async Task<string> ExplainAsync(string sql) =>
        await _database.ScalarAsync<string>($"EXPLAIN (FORMAT JSON) {sql}") ?? "";

    public async Task<long> CountAsync(string where = "true") =>
        await _database.ScalarAsync<long>($"SELECT count(*) FROM {Schema}.outbox WHERE {where}");

    public Task AllPublishedAsync() => Eventually.Is(
        () => CountAsync("published_at IS NULL"), left => left == 0, TimeSpan.FromSeconds(60));

    public static IMessage Payload(int i) => new WorkloadQueued { WorkloadId = $"{i}", WorkloadName = "über \"quoted\"" };

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await _database.DisposeAsync();
    }
}
