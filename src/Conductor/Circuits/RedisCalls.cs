using Microsoft.Extensions.Options;
using Pylon.Conductor.Shared;
using Pylon.Messaging;
using StackExchange.Redis;

namespace Pylon.Conductor.Circuits;

/// <summary>
/// Calls to Redis with a bound, which are not made while its circuit is open. When the bound is reached the outcome is
/// unknown, so every call made this way must be safe to repeat.
/// </summary>
internal sealed class RedisCalls(IConnectionMultiplexer redis, IOptions<ConductorOptions> options, StoreCircuits circuits, TimeProvider time)
{
    private bool? _isCluster;

    /// <summary>True unless it is known that one call may touch keys of several slots.</summary>
    public bool IsCluster => _isCluster ?? (_isCluster = redis.IsCluster()) ?? true;

    public Task<T> BoundAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken) =>
        CountedAsync(() => OfManyAsync(call, cancellationToken), cancellationToken);

    /// <summary>A caller's part in a call <see cref="OfManyAsync"/>, which has a bound: the circuit counts callers, not calls.</summary>
    public Task<T> CountedAsync<T>(Func<Task<T>> part, CancellationToken cancellationToken) => circuits.Redis.RunAsync(part, cancellationToken);

    /// <summary>A call with a bound that serves many callers, each of whom the circuit counts.</summary>
    public Task<T> OfManyAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken) =>
        call(redis.GetDatabase()).WithinAsync(options.Value.CallBound, time, cancellationToken);
}
