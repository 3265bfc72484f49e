using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;
using StackExchange.Redis;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// The textbook loop alone: read the revision, WATCH it, compare, MULTI, three writes, EXEC; when refused, begin again. On
/// four connections, because a transaction of this client holds its connection for a round trip.
/// </summary>
internal sealed class BareLoop : IAsyncDisposable
{
    private const int Connections = 4;

    // Of as many writers as there ever are: a transaction with a condition blocks a thread until the condition is answered, and the pool
    // adds one or two a second where there are too few.
    private const int Threads = 128;
    private readonly List<ConnectionMultiplexer> _connections = [];
    private readonly Dictionary<string, long> _written = [];
    private long _conflicts;
    private int _round;

    public static async Task<BareLoop> ConnectAsync(string address)
    {
        var loop = new BareLoop();
        var options = ConfigurationOptions.Parse(address);
        ThreadPool.SetMinThreads(Threads, Threads);
        // The answers must not wait for a thread of the pool.
        options.SocketManager = new SocketManager("bare loop", workerCount: 2 * Connections);
        for (var i = 0; i < Connections; i++)
            loop._connections.Add(await ConnectionMultiplexer.ConnectAsync(options));
        return loop;
    }

    public Task<Work> RunAsync(int writers, int batches, CancellationToken cancellationToken)
    {
        var round = ++_round;
        return Load.RunAsync(
            writers,
            async (writer, n) =>
            {
                var key = $"bare-{round}-{writer % batches}";
                var database = _connections[writer % Connections].GetDatabase();
                var again = 0;
                while (!await TryAsync(database, key, $"{writer}-{n}"))
                    again++;
                Interlocked.Add(ref _conflicts, again);
                lock (_written)
                    _written[key] = _written.GetValueOrDefault(key) + 1;
                return again;
            },
            cancellationToken);
    }

    /// <summary>Checks that no update was lost; a sentence for the report.</summary>
    public async Task<string> VerifyAsync()
    {
        foreach (var (key, written) in _written)
        {
            if ((long)await _connections[0].GetDatabase().HashGetAsync(key, "v") is var found && found != written)
                throw new StackException($"the bare loop lost updates: {key} has revision {found} after {written}");
        }

        return $"bare loop: all {_written.Values.Sum():#,0} changes are there, after {_conflicts:#,0} conflicts";
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
            await connection.DisposeAsync();
    }

    private static async Task<bool> TryAsync(IDatabase database, string key, string item)
    {
        var revision = await database.HashGetAsync(key, "v");
        var transaction = database.CreateTransaction();
        transaction.AddCondition(revision.IsNull ? Condition.HashNotExists(key, "v") : Condition.HashEqual(key, "v", revision));
        _ = transaction.HashIncrementAsync(key, "v");
        _ = transaction.HashIncrementAsync(key, "c");
        _ = transaction.HashSetAsync(key, item, "S");
        return await transaction.ExecuteAsync();
    }
}
