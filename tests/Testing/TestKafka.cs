using Confluent.Kafka;

namespace Pylon.Testing;

/// <summary>
/// Three brokers that speak the real protocol on ports of their own and keep everything in the memory of this process: the mock
/// cluster of librdkafka. A topic is there, with four partitions, as soon as it is asked for. A partition keeps 5 MB.
/// </summary>
public sealed class TestKafka : IDisposable
{
    private readonly IAdminClient _cluster;

    /// <summary>Starts them.</summary>
    public TestKafka()
    {
        var config = new AdminClientConfig { BootstrapServers = "127.0.0.1:1" };
        config.Set("test.mock.num.brokers", "3");
        _cluster = new AdminClientBuilder(config).SetLogHandler((_, _) => { }).Build();
        BootstrapServers = string.Join(',', _cluster.GetMetadata(TimeSpan.FromSeconds(30)).Brokers.Select(broker => $"{broker.Host}:{broker.Port}"));
    }

    /// <summary>In the notation of <c>BCS_KAFKA_BOOTSTRAP_SERVERS</c>.</summary>
    public string BootstrapServers { get; }

    /// <inheritdoc/>
    public void Dispose() => _cluster.Dispose();
}
