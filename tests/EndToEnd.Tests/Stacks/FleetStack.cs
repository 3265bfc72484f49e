using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;

namespace Pylon.EndToEnd.Tests.Stacks;

/// <summary>
/// A stack with its own PostgreSQL and a Redis Cluster of six, and what <c>./pylon up --fleet</c> has: up to four Orchestrators and two of
/// every other service. A test may kill any of them.
/// </summary>
public sealed class FleetStack : IAsyncLifetime
{
    /// <summary>Orchestrators that can run at once.</summary>
    internal const int Fleet = 4;

    private PrivatePostgres? _postgres;
    private PrivateRedisCluster? _redis;
    private TestStack? _stack;

    internal TestStack Stack => _stack ?? throw new InvalidOperationException("not started");

    internal PrivatePostgres Postgres => _postgres ?? throw new InvalidOperationException("not started");

    internal PrivateRedisCluster Redis => _redis ?? throw new InvalidOperationException("not started");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var (postgres, redis) = (PrivatePostgres.StartThrowawayAsync(), PrivateRedisCluster.StartThrowawayAsync(hasReplicas: true));
        (_postgres, _redis) = (await postgres, await redis);
        _stack = await TestStack.StartAsync(
            "fleet",
            new StackServers(_postgres.Uri, _postgres.ConnectionString, _redis.Address),
            ServiceDefinition.Fleet,
            TestStack.Impatient);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_stack is not null)
            await _stack.DisposeAsync();
        if (_redis is not null)
            await _redis.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
    }
}

/// <summary>The tests that share <see cref="FleetStack"/>, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class FleetStackGroup : ICollectionFixture<FleetStack>
{
    /// <summary>Of the collection.</summary>
    public const string Name = "several Orchestrators on servers of their own";
}
