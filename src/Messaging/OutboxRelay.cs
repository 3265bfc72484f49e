using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pylon.Events.V1;
using Pylon.Postgres;

namespace Pylon.Messaging;

/// <summary>
/// Publishes the rows of one service's outbox on the event stream, in order, at least once. Any number of instances may
/// run: an advisory lock lets one work at a time. Rows are marked in the transaction in which they were published; a
/// crash between the two publishes again what the stream then recognises by its id.
/// </summary>
internal sealed class OutboxRelay(
    string schema,
    string source,
    NpgsqlDataSource dataSource,
    Listener listener,
    IEventStream stream,
    TimeProvider time,
    ILogger<OutboxRelay> logger) : BackgroundService
{
    private const int Batch = 500;

    // Rows behind the last published one that are read again.
    private const int MostLate = 1_000;

    // A notification wakes the relay; the poll finds what was left by another one that died with the lock.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PurgeEvery = TimeSpan.FromMinutes(1);
    private static readonly ActivitySource Traces = new("Pylon.Messaging");
    private static readonly Meter Meter = new("Pylon.Messaging");
    private static readonly Counter<long> Published = Meter.CreateCounter<long>(
        "pylon.outbox.published", "{event}", "Events taken from the outbox to the stream");

    private static readonly Counter<long> DeadLetters = Meter.CreateCounter<long>(
        "pylon.outbox.dead_letters", "{event}", "Outbox rows that are not events");

    private readonly string _table = $"{new NpgsqlCommandBuilder().QuoteIdentifier(schema)}.outbox";
    private long? _purged;
    private long? _readAll;
    private long _last;

    // Its commit does not wait for the disk: when a crash of PostgreSQL undoes a mark, the row is published again and recognised.
    private const string TryLock = "SELECT pg_try_advisory_xact_lock(hashtextextended('pylon.outbox.' || $1, 0)), set_config('synchronous_commit', 'off', true)";

    private string Select =>
        $"""
        SELECT seq, id, topic, type, subject, time, payload::text, traceparent, operator_id FROM {_table}
        WHERE published_at IS NULL AND seq > $1 ORDER BY seq LIMIT {Batch}
        """;

    private string Mark => $"UPDATE {_table} SET published_at = clock_timestamp() WHERE seq = ANY ($1)";

    internal string DeleteOld =>
        $"""
        WITH old AS MATERIALIZED (
            SELECT seq FROM {_table} WHERE published_at < now() - interval '24 hours' ORDER BY published_at LIMIT {Batch})
        DELETE FROM {_table} USING old WHERE {_table}.seq = old.seq
        """;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        listener.RunAsync([$"{schema}_outbox"], (_, token) => DrainAsync(token), Poll, stoppingToken);

    /// <summary>Publishes the rows that are there; returns at once while another relay holds the lock.</summary>
    internal async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (await DrainBatchAsync(From(), cancellationToken))
        {
            // A full batch: there may be more.
        }
    }

    // The index keeps what was published until it is vacuumed, so between two polls it is not read from its begin. A
    // transaction that got its rows before others and commits after them is found among the late ones. A row that is
    // even later waits for the poll. Its subject has no row ahead of it.
    private long From()
    {
        if (_readAll is { } at && time.GetElapsedTime(at) < Poll)
            return _last - MostLate;
        _readAll = time.GetTimestamp();
        return 0;
    }

    private async Task<bool> DrainBatchAsync(long from, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await LockAsync(connection, cancellationToken))
            return false;
        var rows = await ReadAsync(connection, from, cancellationToken);
        foreach (var topic in rows.GroupBy(row => row.Topic))
            await PublishAsync(topic.Key, [.. topic], cancellationToken);
        if (rows.Count > 0)
            await ExecuteAsync(connection, Mark, rows.Select(row => row.Seq).ToArray(), cancellationToken);
        var mayHaveOld = await PurgeAsync(connection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (rows.Count > 0)
            _last = Math.Max(_last, rows[^1].Seq);
        return rows.Count == Batch || mayHaveOld;
    }

    // With each batch published one batch is deleted while there are old rows, so that the table does not grow under
    // steady load either; then nothing for a minute.
    private async Task<bool> PurgeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (_purged is { } at && time.GetElapsedTime(at) < PurgeEvery)
            return false;
        if (await ExecuteAsync(connection, DeleteOld, null, cancellationToken) == Batch)
            return true;
        _purged = time.GetTimestamp();
        return false;
    }

    private async Task PublishAsync(string topic, OutboxRow[] rows, CancellationToken cancellationToken)
    {
        var read = rows.Select(row => (Row: row, Result: row.Read(source))).ToList();
        var events = read.Where(r => r.Result.Event is not null).Select(r => r.Result.Event!).ToList();
        var spans = StartSpans(topic, events);
        try
        {
            await stream.PublishAsync(topic, events, cancellationToken);
        }
        finally
        {
            foreach (var span in spans)
                span.Dispose();
        }

        Published.Add(events.Count, new KeyValuePair<string, object?>("topic", topic));

        var letters = read.Where(r => r.Result.DeadLetter is not null).ToList();
        if (letters.Count == 0)
            return;
        await stream.PublishDeadLettersAsync(topic, [.. letters.Select(l => l.Result.DeadLetter!)], cancellationToken);
        DeadLetters.Add(letters.Count, new KeyValuePair<string, object?>("topic", topic));
        foreach (var (row, (_, letter)) in letters)
            logger.DeadLettered(schema, row.Seq, letter!.Event.Id, row.Type, topic, letter.Reason);
    }

    // One span for each event, in the trace of the change that wrote it; the last one started is the first one to end.
    private static Stack<Activity> StartSpans(string topic, List<Event> events)
    {
        var spans = new Stack<Activity>();
        if (!Traces.HasListeners())
            return spans;
        foreach (var published in events)
        {
            if (!ActivityContext.TryParse(published.Traceparent, null, isRemote: true, out var parent))
                continue;
            KeyValuePair<string, object?>[] tags = [new("messaging.destination.name", topic), new("messaging.message.id", published.Id)];
            if (Traces.StartActivity($"publish {topic}", ActivityKind.Producer, parent, tags) is { } span)
                spans.Push(span);
        }

        return spans;
    }

    private async Task<bool> LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(TryLock, connection) { Parameters = { new() { Value = schema } } };
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private Task<List<OutboxRow>> ReadAsync(NpgsqlConnection connection, long from, CancellationToken cancellationToken) =>
        new NpgsqlCommand(Select, connection) { Parameters = { new() { Value = from } } }.ListAsync(
            row => new OutboxRow(
                row.GetInt64(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetDateTime(5), row.GetString(6),
                row.IsDBNull(7) ? null : row.GetString(7), row.IsDBNull(8) ? null : row.GetGuid(8)),
            cancellationToken);

    private static async Task<int> ExecuteAsync(
        NpgsqlConnection connection, string sql, long[]? argument, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        if (argument is not null)
            command.Parameters.Add(new() { Value = argument });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
