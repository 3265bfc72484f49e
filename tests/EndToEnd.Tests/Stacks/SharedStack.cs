using Pylon.Testing;

namespace Pylon.EndToEnd.Tests.Stacks;

/// <summary>
/// One stack for the tests that kill no process. No timer wakes its Orchestrator: it polls once an hour and a lease lasts
/// ten minutes, so within the time limit of a test only a notification starts work.
/// </summary>
public sealed class SharedStack : IAsyncLifetime
{
    /// <summary>Attempts before a workload fails.</summary>
    internal const int MaxAttempts = 3;

    private TestDatabase? _database;
    private TestStack? _stack;

    internal TestStack Stack => _stack ?? throw new InvalidOperationException("not started");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        var redis = await TestRedis.CreateAsync();
        _stack = await TestStack.StartAsync(
            "shared",
            new StackServers(_database.Uri, _database.ConnectionString, redis.ConnectionString),
            replicas: [],
            new Dictionary<string, string>
            {
                ["BPP_POLL_INTERVAL"] = "3600",
                ["Bpp__Lease"] = "00:10:00",
                ["Bpp__MaxAttempts"] = $"{MaxAttempts}",
                ["Bpp__RetryDelay"] = "00:00:00.1",
                ["Bpp__HttpTimeout"] = "00:00:02",
                ["Bpp__CallbackTimeout"] = "00:00:02",
                ["Bpp__BreakDuration"] = "00:00:00.5",
                // The batch run of one test must not go on during the next.
                ["SANDBOX_WORKERS"] = "off",
            });
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_stack is not null)
            await _stack.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }
}

/// <summary>The tests that share <see cref="SharedStack"/>.</summary>
[CollectionDefinition(Name)]
public sealed class SharedStackGroup : ICollectionFixture<SharedStack>
{
    /// <summary>Of the collection.</summary>
    public const string Name = "one stack";
}

/// <summary>Each test on the shared stack begins with a provider without faults and with its built-in catalogue.</summary>
[Collection(SharedStackGroup.Name)]
public abstract class SharedStackTests(SharedStack stack) : IAsyncLifetime
{
    private protected TestStack Stack => stack.Stack;

    private protected Clients.GatewayClient Gateway => Stack.Gateway;

    private protected Clients.SandboxAdmin Sandbox => Stack.Sandbox;

    /// <inheritdoc/>
    public Task InitializeAsync() => Sandbox.ResetAsync();

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;
}
