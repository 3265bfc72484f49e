using Microsoft.Extensions.Logging;
using Npgsql;

namespace Pylon.Postgres;

/// <summary>
/// The loop of a worker that PostgreSQL wakes: LISTEN first, then drain, then wait with the poll timeout. A notification
/// is a hint, the table is the truth.
/// </summary>
public sealed class Listener(NpgsqlDataSource dataSource, TimeProvider time, ILogger<Listener> logger)
{
    private const int MaxBurst = 1000;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    // Zero would wait for ever.
    private static readonly TimeSpan BurstGap = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Calls <paramref name="onSignal"/>, never twice at once, when LISTEN is established, when notifications came, and
    /// when none came for <paramref name="poll"/>. Any failure, of the connection or of <paramref name="onSignal"/>, leads
    /// to a new connection after a pause and to <see cref="ListenReason.Connected"/> again, for ever; it is logged once
    /// per outage and cause. Ends only with <paramref name="cancellationToken"/>, by returning.
    /// </summary>
    public async Task RunAsync(
        IReadOnlyList<string> channels,
        Func<ListenSignal, CancellationToken, Task> onSignal,
        TimeSpan poll,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(channels);
        ArgumentNullException.ThrowIfNull(onSignal);
        ArgumentOutOfRangeException.ThrowIfLessThan(poll, BurstGap);
        var listen = string.Concat(channels.Select(c => $"LISTEN \"{c.Replace("\"", "\"\"", StringComparison.Ordinal)}\";"));
        var outage = new Outage();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(listen, Handle, poll, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (outage.Tell(e))
                    logger.Interrupted(e, string.Join(", ", channels));
                if (!await PauseAsync(outage.NextPause(), cancellationToken))
                    return;
            }
        }

        async Task Handle(ListenSignal signal, CancellationToken token)
        {
            await onSignal(signal, token);
            if (outage.End())
                logger.Restored(string.Join(", ", channels));
        }
    }

    private async Task ListenAsync(
        string listen,
        Func<ListenSignal, CancellationToken, Task> handle,
        TimeSpan poll,
        CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var arrived = new List<ListenNotification>();
        connection.Notification += (_, e) => arrived.Add(new ListenNotification(e.Channel, e.Payload));
        await ExecuteAsync(connection, listen, cancellationToken);
        await handle(new ListenSignal(ListenReason.Connected, []), cancellationToken);
        while (true)
        {
            // Those that came while another command read from the connection are in the list already.
            if (arrived.Count == 0)
                await connection.WaitAsync(poll, cancellationToken);
            while (arrived.Count is > 0 and < MaxBurst && await connection.WaitAsync(BurstGap, cancellationToken))
            {
                // Every turn takes one more notification of the burst.
            }

            if (arrived.Count > 0)
            {
                ListenNotification[] burst = [.. arrived];
                arrived.Clear();
                await handle(new ListenSignal(ListenReason.Notified, burst), cancellationToken);
            }
            else
            {
                // A peer that vanished without a word is found out here and not by waiting for it.
                await ExecuteAsync(connection, "SELECT 1", cancellationToken);
                if (arrived.Count == 0)
                    await handle(new ListenSignal(ListenReason.Polled, []), cancellationToken);
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<bool> PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(pause, time, cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>A run of failures without a success between them.</summary>
    private sealed class Outage
    {
        private string? _cause;
        private TimeSpan _pause = FirstPause;

        /// <summary>True when this cause was not told yet.</summary>
        public bool Tell(Exception e)
        {
            // Refused, starting up and broken pipe are all the same outage.
            var cause = e is NpgsqlException { IsTransient: true } ? "unreachable" : $"{e.GetType()}: {e.Message}";
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
