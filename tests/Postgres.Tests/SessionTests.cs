using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pylon.Testing;

namespace Pylon.Postgres.Tests;

public sealed class SessionTests
{
    private const string TryLock = "SELECT pg_try_advisory_lock(1)";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheConnectionOfAListenerThatEndedHearsNothing(bool fails)
    {
        await using var pool = await PooledDatabase.CreateAsync();
        var backend = await pool.BackendAsync();
        using var end = new CancellationTokenSource();
        var isConnected = new TaskCompletionSource();
        var listening = new Listener(new DirectDatabase(pool.Source), TimeProvider.System, NullLogger<Listener>.Instance).RunAsync(
            ["work"],
            (_, _) =>
            {
                isConnected.TrySetResult();
                return fails ? throw new InvalidOperationException("no") : Task.CompletedTask;
            },
            TimeSpan.FromMinutes(10),
            end.Token);

        await isConnected.Task.Within();
        await end.CancelAsync();
        await listening.Within();

        Assert.Equal(backend, await pool.BackendAsync());
        Assert.Equal(0L, await pool.ScalarAsync<long>("SELECT count(*) FROM pg_listening_channels()"));
    }

    [Fact]
    public async Task ALockAndASettingEndWithTheirSession()
    {
        await using var pool = await PooledDatabase.CreateAsync();
        var backend = await pool.BackendAsync();
        await using (var session = await Session.TryLockAsync(new DirectDatabase(pool.Source), TryLock, CancellationToken.None))
        {
            await using var set = new NpgsqlCommand("SET lock_timeout = '60s'", session!.Connection);
            await set.ExecuteNonQueryAsync();
            Assert.Equal(1, await LocksAsync(pool));
        }

        // Before anybody uses the connection again.
        Assert.Equal(0, await LocksAsync(pool));
        Assert.Equal((backend, "0"), (await pool.BackendAsync(), await pool.ScalarAsync<string>("SHOW lock_timeout")));
    }

    [Fact]
    public async Task ALockThatAnotherSessionHoldsIsNotTaken()
    {
        await using var pool = await PooledDatabase.CreateAsync();
        await using var others = pool.Database.DataSource("public");
        await using var held = await Session.TryLockAsync(new DirectDatabase(others), TryLock, CancellationToken.None);

        Assert.Null(await Session.TryLockAsync(new DirectDatabase(pool.Source), TryLock, CancellationToken.None));

        Assert.NotNull(held);
        Assert.Equal(1, await LocksAsync(pool));
    }

    [Fact]
    public async Task ALockIsNotLeftOverWhenItsAnswerIsNotHeard()
    {
        await using var pool = await PooledDatabase.CreateAsync();

        await Assert.ThrowsAsync<PostgresException>(() => Session.TryLockAsync(new DirectDatabase(pool.Source), "SELECT pg_try_advisory_lock(1), 1 / (SELECT 0)", CancellationToken.None));
        // A statement that takes the lock and does not say so.
        Assert.Null(await Session.TryLockAsync(new DirectDatabase(pool.Source), "SELECT pg_advisory_lock(1)::text", CancellationToken.None));

        Assert.Equal(0, await LocksAsync(pool));
    }

    [Fact]
    public async Task AConnectionWhoseSessionCannotBeEndedIsClosed()
    {
        await using var pool = await PooledDatabase.CreateAsync();
        var backend = await pool.BackendAsync();
        await using (var session = await Session.TryLockAsync(new DirectDatabase(pool.Source), TryLock, CancellationToken.None))
        {
            // PostgreSQL takes no statement in a transaction that failed.
            await using var failed = new NpgsqlCommand("BEGIN; SELECT 1 / 0", session!.Connection);
            await Assert.ThrowsAsync<PostgresException>(() => failed.ExecuteNonQueryAsync());
        }

        Assert.NotEqual(backend, await pool.BackendAsync());
        await Eventually.True(async () => await LocksAsync(pool) == 0);
    }

    [Fact]
    public async Task ASessionWhoseServerIsGoneEndsWithoutAnError()
    {
        await using var pool = await PooledDatabase.CreateAsync();
        var session = await Session.TryLockAsync(new DirectDatabase(pool.Source), TryLock, CancellationToken.None);
        await pool.Database.ExecuteAsync($"SELECT pg_terminate_backend({session!.Connection.ProcessID})");

        await session.DisposeAsync();

        await pool.BackendAsync();
        await Eventually.True(async () => await LocksAsync(pool) == 0);
    }

    // Asked over a connection of its own.
    private static async Task<long> LocksAsync(PooledDatabase pool) => await pool.Database.ScalarAsync<long>(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
}
