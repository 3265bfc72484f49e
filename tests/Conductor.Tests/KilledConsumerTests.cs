using System.Text;
using Grpc.Net.Client;
using Npgsql;
using Pylon.Events.V1;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;
using Pylon.Messaging;
using Pylon.Testing;
using StackExchange.Redis;

namespace Pylon.Conductor.Tests;

/// <summary>
/// Real processes: one reads entries and is killed before it acknowledges them, at a step where the test stops it;
/// another one processes them once.
/// </summary>
public sealed class KilledConsumerTests : IAsyncLifetime
{
    private const string Topic = "huleedu.batch.spellcheck.phase.completed.v1";
    private const string Group = "conductor";
    private const int Entries = 50;

    private const string WaitingInserts =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%phase_reports%'";

    private readonly List<ServiceProcess> _processes = [];
    private ConductorDatabase _database = null!;
    private PrivateRedis _server = null!;
    private ConnectionMultiplexer _redis = null!;

    public async Task InitializeAsync()
    {
        var (database, server) = (ConductorDatabase.CreateAsync(), TestRedis.PrivateAsync());
        (_database, _server) = (await database, await server);
        _redis = await ConnectionMultiplexer.ConnectAsync(RedisConnection.Options($"{_server.Address},allowAdmin=true"));
    }

    public async Task DisposeAsync()
    {
        foreach (var process in _processes)
            await process.KillAsync();
        await _redis.DisposeAsync();
        await _server.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task EntriesThatWereOnlyReadAreProcessedOnce()
    {
        await using (var held = await HoldReportsAsync())
        {
            await KillWhileItHoldsAllAsync(WaitingInserts);
            // Its statements in PostgreSQL end with it.
            await ScalarAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
            await Eventually.True(async () => await ScalarAsync(WaitingInserts) == 0);
        }

        Assert.Equal(0, await ScalarAsync("SELECT count(*) FROM conductor.phase_reports"));
        await AnotherProcessesThemOnceAsync();
    }

    [Fact]
    public async Task ReportsThatAreDurableAndNotAppliedAreProcessedOnce()
    {
        // What a change of a batch begins with.
        await AllowAsync("-hget");
        await KillWhileItHoldsAllAsync($"SELECT count(*) / {Entries} FROM conductor.phase_reports");
        await AllowAsync("+hget");
        // But the key of a loader that was killed, which ends by itself.
        Assert.DoesNotContain(
            _redis.GetServer(_redis.GetEndPoints()[0]).Keys(pattern: "pylon:{conductor:*}:batch:*"),
            key => !key.ToString().EndsWith(":loading", StringComparison.Ordinal));
        await AnotherProcessesThemOnceAsync();
    }

    [Fact]
    public async Task EntriesThatWereProcessedAndNotAcknowledgedAreNotProcessedAgain()
    {
        await AllowAsync("-xack");
        await KillWhileItHoldsAllAsync($"SELECT count(*) / {Entries} FROM conductor.phase_reports WHERE settled_at IS NOT NULL");
        await AllowAsync("+xack");
        await AnotherProcessesThemOnceAsync();
    }

    /// <summary>Holds back every insert of a report until it is disposed.</summary>
    private async Task<NpgsqlConnection> HoldReportsAsync()
    {
        var connection = await _database.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE conductor.phase_reports IN SHARE MODE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>Changes which commands Redis accepts.</summary>
    private Task AllowAsync(params string[] commands) => _redis.GetServer(_redis.GetEndPoints()[0]).ExecuteAsync("ACL", ["SETUSER", "default", .. commands]);

    /// <summary>Starts a process, waits until it has read everything and <paramref name="reached"/> gives 1, and kills it.</summary>
    private async Task KillWhileItHoldsAllAsync(string reached)
    {
        for (var i = 0; i < Entries; i++)
            await _redis.GetDatabase().StreamAddAsync($"pylon:events:{Topic}", "envelope", Envelope($"e{i}"));
        var first = await StartAsync("held", claimAfter: TimeSpan.FromMinutes(10));
        await Eventually.True(async () => await ScalarAsync(reached) == 1);
        var pending = await _redis.GetDatabase().StreamPendingAsync($"pylon:events:{Topic}", Group);
        Assert.Equal(Entries, Assert.Single(pending.Consumers).PendingMessageCount);
        await first.KillAsync();
        Assert.Equal(Entries, (await _redis.GetDatabase().StreamPendingAsync($"pylon:events:{Topic}", Group)).PendingMessageCount);
    }

    private async Task AnotherProcessesThemOnceAsync()
    {
        var other = await StartAsync("other", claimAfter: TimeSpan.FromMilliseconds(200));
        await Eventually.True(async () => (await _redis.GetDatabase().StreamPendingAsync($"pylon:events:{Topic}", Group)).PendingMessageCount == 0);
        await Eventually.True(async () => await ScalarAsync("SELECT count(*) FROM conductor.phase_reports WHERE settled_at IS NULL") == 0);

        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{other.GrpcPort}");
        var batch = (await new V1.PipelineService.PipelineServiceClient(channel).GetBatchAsync(new() { BatchId = "b" })).Batch;
        var phase = Assert.Single(batch.Phases);
        Assert.Equal((Entries, 0, Entries, Entries), (phase.Completed, phase.Failed, phase.Total, batch.Revision));
        Assert.Equal(Entries, await ScalarAsync("SELECT count(*) FROM conductor.phase_reports"));
        Assert.Equal(0, await ScalarAsync("SELECT count(*) FROM conductor.dead_letters"));
        var events = (await _redis.GetDatabase().StreamRangeAsync("pylon:events:batches")).Select(e => Event.Parser.ParseFrom((byte[])e["event"]!)).ToList();
        Assert.Equal(Entries, events.Count);
        Assert.Equal(Entries, events.Select(e => e.BatchPhaseProgressed.EntityId).Distinct().Count());
    }

    private async Task<ServiceProcess> StartAsync(string name, TimeSpan claimAfter)
    {
        var process = TestProcess.Of(
            "Conductor",
            $"conductor-{name}",
            "conductor-tests",
            new Dictionary<string, string>
            {
                ["PYLON_POSTGRES"] = _database.Database.Uri,
                ["PYLON_REDIS"] = _server.Address,
                ["Conductor__ClaimAfter"] = claimAfter.ToString("c"),
            });
        _processes.Add(process);
        await process.StartAsync();
        return process;
    }

    private async Task<long> ScalarAsync(string sql) => await _database.Database.ScalarAsync<long>(sql);

    private static byte[] Envelope(string entity) => Encoding.UTF8.GetBytes(
        $$"""
        {"event_id":"{{Guid.NewGuid()}}","event_type":"{{Topic}}","event_timestamp":"2026-03-01T10:00:00Z","source_service":"spellchecker",
         "correlation_id":"{{Guid.NewGuid()}}","data":{"entity_id":"{{entity}}","batch_id":"b","status":"SUCCESS","processing_duration_ms":120} }
        """);
}
