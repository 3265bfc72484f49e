using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pylon.LocalStack.Servers;
using Pylon.Testing;

namespace Pylon.Postgres.Tests;

public sealed class ListenerTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task ListenIsEstablishedBeforeTheFirstDrain()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var run = Run.Start(database.ConnectionString, Long);

        Assert.Equal(ListenReason.Connected, (await run.NextAsync()).Reason);
        await database.ExecuteAsync("NOTIFY work, 'a'");
        var signal = await run.NextAsync();

        Assert.Equal(ListenReason.Notified, signal.Reason);
        Assert.Equal([new ListenNotification("work", "a")], signal.Notifications);
    }

    [Fact]
    public async Task NotificationsDuringACallAreOneSignalAfterIt()
    {
        await using var database = await TestDatabase.CreateAsync();
        var gate = new TaskCompletionSource();
        await using var run = Run.Start(database.ConnectionString, Long, _ => gate.Task);

        Assert.Equal(ListenReason.Connected, (await run.NextAsync()).Reason);
        // In one transaction, so that the server delivers them together.
        await database.ExecuteAsync(string.Concat(Enumerable.Range(0, 50).Select(i => $"NOTIFY work, '{i}';")));
        gate.SetResult();
        var signal = await run.NextAsync();

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), signal.Notifications.Select(n => n.Payload));
    }

    [Fact]
    public async Task SilenceIsPolled()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var run = Run.Start(database.ConnectionString, TimeSpan.FromMilliseconds(50));

        Assert.Equal(ListenReason.Connected, (await run.NextAsync()).Reason);
        Assert.Equal(ListenReason.Polled, (await run.NextAsync()).Reason);
        Assert.Equal(ListenReason.Polled, (await run.NextAsync()).Reason);
    }

    [Fact]
    public async Task WhatBecomesDueIsLookedForThenAndNotWithThePoll()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        using var stop = new CancellationTokenSource();
        var signals = Channel.CreateUnbounded<ListenReason>();
        var run = new Listener(new DirectDatabase(source), TimeProvider.System, NullLogger<Listener>.Instance).RunAsync(
            ["work"],
            (signal, _) =>
            {
                signals.Writer.TryWrite(signal.Reason);
                // Overdue, soon, never.
                return Task.FromResult<TimeSpan?>(signals.Reader.Count switch
                {
                    1 => TimeSpan.FromSeconds(-1),
                    2 => TimeSpan.FromMilliseconds(20),
                    _ => null,
                });
            },
            Long,
            stop.Token);

        await Eventually.True(() => Task.FromResult(signals.Reader.Count == 3));
        await database.ExecuteAsync("NOTIFY work, 'a'");
        await Eventually.True(() => Task.FromResult(signals.Reader.Count == 4));
        await stop.CancelAsync();
        await run;

        Assert.Equal(
            [ListenReason.Connected, ListenReason.Polled, ListenReason.Polled, ListenReason.Notified],
            await signals.Reader.ReadAllAsync(CancellationToken.None).Take(4).ToListAsync());
    }

    [Fact]
    public async Task SilenceThrowsNothing()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var thrown = ThrownExceptions.Record();
        await using var run = Run.Start(PostgresFeature.ConnectionString(database.Uri, "public").ConnectionString, TimeSpan.FromMilliseconds(20));
        for (var signal = 0; signal < 5; signal++)
            await run.NextAsync();
        await database.ExecuteAsync("NOTIFY work, 'a'");
        while ((await run.NextAsync()).Reason != ListenReason.Notified)
        {
            // A poll may come before the notification.
        }

        Assert.Empty(thrown.All);
    }

    [Fact]
    public async Task KilledServerIsListenedToAgainAndLoggedOnce()
    {
        await using var server = await PrivatePostgres.StartThrowawayAsync();
        var log = new CountingLogger();
        await using var run = Run.Start(server.Uri, Long, log: log);
        Assert.Equal(ListenReason.Connected, (await run.NextAsync()).Reason);

        await server.KillAsync();
        // Several tries in vain belong to the same outage.
        await Eventually.True(() => log.Pauses.Count >= 3);
        await server.StartAgainAsync();
        Assert.Equal(ListenReason.Connected, (await run.NextAsync()).Reason);
        await using (var dataSource = NpgsqlDataSource.Create(PostgresUri.Parse(server.Uri)))
        await using (var command = dataSource.CreateCommand("NOTIFY work, 'after'"))
            await command.ExecuteNonQueryAsync();

        Assert.Equal("after", (await run.NextAsync()).Notifications[0].Payload);
        Assert.Equal(1, log.Warnings);
    }

    [Fact]
    public async Task FailedCallIsFollowedByADrain()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var run = Run.Start(
            database.ConnectionString,
            Long,
            signal => signal.Reason == ListenReason.Notified ? throw new InvalidOperationException("no") : Task.CompletedTask);

        Assert.Equal(ListenReason.Connected, (await run.NextAsync()).Reason);
        await database.ExecuteAsync("NOTIFY work, 'a'");

        Assert.Equal(ListenReason.Notified, (await run.NextAsync()).Reason);
        Assert.Equal(ListenReason.Connected, (await run.NextAsync()).Reason);
    }

    [Fact]
    public async Task CancellingEndsItWithoutAnError()
    {
        await using var database = await TestDatabase.CreateAsync();
        var run = Run.Start(database.ConnectionString, Long);
        await run.NextAsync();

        await run.DisposeAsync();
    }

    private sealed class Run : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly Channel<ListenSignal> _signals = Channel.CreateUnbounded<ListenSignal>();
        private readonly NpgsqlDataSource _dataSource;
        private readonly Task _task;

        private Run(string server, TimeSpan poll, Func<ListenSignal, Task>? onSignal, CountingLogger? log)
        {
            _dataSource = NpgsqlDataSource.Create(PostgresUri.Parse(server));
            var listener = new Listener(new DirectDatabase(_dataSource), log is null ? TimeProvider.System : new CountingTime(log), log ?? (ILogger<Listener>)NullLogger<Listener>.Instance);
            _task = listener.RunAsync(["work"], HandleAsync, poll, _end.Token);

            async Task HandleAsync(ListenSignal signal, CancellationToken token)
            {
                _signals.Writer.TryWrite(signal);
                await (onSignal?.Invoke(signal) ?? Task.CompletedTask);
            }
        }

        public static Run Start(string server, TimeSpan poll, Func<ListenSignal, Task>? onSignal = null, CountingLogger? log = null) =>
            new(server, poll, onSignal, log);

        public async Task<ListenSignal> NextAsync() => await _signals.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _task.WaitAsync(TimeSpan.FromSeconds(20));
            await _dataSource.DisposeAsync();
            _end.Dispose();
        }
    }

    /// <summary>Counts warnings and, through <see cref="CountingTime"/>, the pauses between tries.</summary>
    private sealed class CountingLogger : ILogger<Listener>
    {
        private int _warnings;

        public int Warnings => _warnings;

        public ConcurrentQueue<TimeSpan> Pauses { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning)
                Interlocked.Increment(ref _warnings);
        }
    }

    private sealed class CountingTime(CountingLogger log) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            log.Pauses.Enqueue(dueTime);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
