using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Pylon.Postgres;

/// <summary>
/// The loop of a worker that PostgreSQL wakes: LISTEN first, then drain, then wait with the poll timeout. A notification
/// is a hint, the table is the truth.
/// </summary>
public sealed class Listener(DirectDatabase database, TimeProvider time, ILogger<Listener> logger)
{
    private const int MaxBurst = 1000;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    // A row that is due and that another instance holds must not keep the loop busy.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// Calls <paramref name="onSignal"/>, never twice at once, when LISTEN is established, when notifications came, and
    /// when none came for <paramref name="poll"/>. Any failure, of the connection or of <paramref name="onSignal"/>, leads
    /// to a new connection after a pause and to <see cref="ListenReason.Connected"/> again, for ever; it is logged once
    /// per outage and cause. Ends only with <paramref name="cancellationToken"/>, by returning.
    /// </summary>
    public Task RunAsync(
        IReadOnlyList<string> channels,
        Func<ListenSignal, CancellationToken, Task> onSignal,
        TimeSpan poll,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(onSignal);
        return RunAsync(
            channels,
            async (signal, token) =>
            {
                await onSignal(signal, token);
                return null;
            },
            poll,
            cancellationToken);
    }

    /// <summary>The same for a table in which rows become due: <paramref name="onSignal"/> says in how long, and is called then; null when none does.</summary>
    /// <inheritdoc cref="RunAsync(IReadOnlyList{string}, Func{ListenSignal, CancellationToken, Task}, TimeSpan, CancellationToken)"/>
    public async Task RunAsync(
        IReadOnlyList<string> channels,
        Func<ListenSignal, CancellationToken, Task<TimeSpan?>> onSignal,
        TimeSpan poll,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(channels);
        ArgumentNullException.ThrowIfNull(onSignal);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(poll, TimeSpan.Zero);
        var listen = string.Concat(channels.Select(c => $"LISTEN \"{c.Replace("\"", "\"\"", StringComparison.Ordinal)}\";"));
        var outage = new Outage();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(listen, HandleAsync, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (outage.IsNew(e))
                    logger.Interrupted(e, string.Join(", ", channels));
                await Task.Delay(outage.NextPause(), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        async Task<TimeSpan> HandleAsync(ListenSignal signal, CancellationToken token)
        {
            var due = await onSignal(signal, token);
            if (outage.End())
                logger.Restored(string.Join(", ", channels));
            return due is { } wait && wait < poll ? wait > ShortestWait ? wait : ShortestWait : poll;
        }
    }

    private async Task ListenAsync(
        string listen,
        Func<ListenSignal, CancellationToken, Task<TimeSpan>> handle,
        CancellationToken cancellationToken)
    {
        await using var session = await Session.OpenAsync(database, cancellationToken);
        var connection = session.Connection;
        var arrived = new ConcurrentQueue<ListenNotification>();
        connection.Notification += (_, e) => arrived.Enqueue(new ListenNotification(e.Channel, e.Payload));
        await ExecuteAsync(connection, listen, cancellationToken);
        var poll = await handle(new ListenSignal(ListenReason.Connected, []), cancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // One wait is always under way: Npgsql throws and catches whenever one ends by its time.
        var next = connection.WaitAsync(end.Token);
        try
        {
            while (true)
            {
                if (arrived.IsEmpty)
                    await next.EndsWithinAsync(poll, TimeProvider.System, cancellationToken);
                // What has come is one burst. Nobody waits for more: what comes while it is handled is the next one.
                while (arrived.Count < MaxBurst && next.IsCompleted)
                {
                    await next;
                    next = connection.WaitAsync(end.Token);
                }

                cancellationToken.ThrowIfCancellationRequested();
                poll = await handle(Signal(arrived), cancellationToken);
            }
        }
        finally
        {
            await end.CancelAsync();
            await next.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static ListenSignal Signal(ConcurrentQueue<ListenNotification> arrived)
    {
        var burst = new List<ListenNotification>();
        while (arrived.TryDequeue(out var notification))
            burst.Add(notification);
        return new ListenSignal(burst.Count > 0 ? ListenReason.Notified : ListenReason.Polled, burst);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A run of failures without a success between them.</summary>
    private sealed class Outage
    {
        private string? _cause;
        private TimeSpan _pause = FirstPause;

        /// <summary>True when this cause is not logged yet.</summary>
        public bool IsNew(Exception e)
        {
            // Refused, starting up and broken pipe are all the same outage.
            var cause = PostgresFailure.IsTransient(e) ? "unreachable" : $"{e.GetType()}: {e.Message}";
            if (cause == _cause)
                return false;
            _cause = cause;
            return true;
        }

        public TimeSpan NextPause()
        {
            var pause = _pause * (0.5 + Random.Shared.NextDouble());
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
            return pause;
        }

        /// <summary>True when there was an outage to end.</summary>
        public bool End()
        {
            var ended = _cause is not null;
            (_cause, _pause) = (null, FirstPause);
            return ended;
        }
    }
}
