using Pylon.Testing;

namespace Pylon.EndToEnd.Tests.Stacks;

/// <summary>A stack whose event stream is on Kafka: three brokers in the memory of the test's process, so no test can kill one.</summary>
public sealed class KafkaStack : IAsyncLifetime
{
    private TestDatabase? _database;
    private TestKafka? _kafka;
    private TestStack? _stack;

    internal TestStack Stack => _stack ?? throw new InvalidOperationException("not started");

    internal string Brokers => _kafka?.BootstrapServers ?? throw new InvalidOperationException("not started");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        var redis = await TestRedis.CreateAsync();
        _kafka = new TestKafka();
        _stack = await TestStack.StartAsync(
            "kafka",
            new StackServers(_database.Uri, _database.ConnectionString, redis.ConnectionString),
            replicas: [],
            // What waits for a callback while the Gateway is down goes on soon.
            new Dictionary<string, string>(TestStack.Impatient)
            {
                ["EVENT_STREAM"] = "kafka",
                ["BCS_KAFKA_BOOTSTRAP_SERVERS"] = _kafka.BootstrapServers,
                // These brokers cannot be asked to make a topic.
                ["Kafka__CreateTopics"] = "false",
            });
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_stack is not null)
            await _stack.DisposeAsync();
        _kafka?.Dispose();
        if (_database is not null)
            await _database.DisposeAsync();
    }
}
