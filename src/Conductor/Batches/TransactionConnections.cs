using Pylon.Messaging;
using StackExchange.Redis;

namespace Pylon.Conductor.Batches;

/// <summary>
/// Connections for transactions only: one with conditions keeps its connection for a round trip, and everybody else on
/// it would wait. Connects when first used. A test puts one in between to have another writer come at a chosen moment.
/// </summary>
internal class TransactionConnections(string? setting, int count) : IDisposable
{
    private readonly Lazy<ConnectionMultiplexer>[] _connections =
        [.. Enumerable.Range(0, count).Select(_ => new Lazy<ConnectionMultiplexer>(() => ConnectionMultiplexer.Connect(RedisConnection.Options(setting))))];

    private int _next;

    public virtual IDatabase Next() => _connections[(uint)Interlocked.Increment(ref _next) % _connections.Length].Value.GetDatabase();

    public void Dispose()
    {
        foreach (var connection in _connections.Where(c => c.IsValueCreated))
            connection.Value.Dispose();
        GC.SuppressFinalize(this);
    }
}
