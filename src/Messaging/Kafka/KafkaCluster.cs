using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pylon.Messaging.Kafka;

/// <summary>The brokers: how to reach them, the partitions of topics, which are made when they are missing, and what these keep.</summary>
internal sealed class KafkaCluster : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ILogger<KafkaCluster> _logger;
    private readonly TimeProvider _time;
    private readonly Lazy<IAdminClient> _admin;
    private readonly ConcurrentDictionary<string, (int Count, long At)> _partitions = new(StringComparer.Ordinal);

    public KafkaCluster(IOptions<KafkaOptions> options, IOptions<EventStreamOptions> stream, TimeProvider time, ILogger<KafkaCluster> logger)
    {
        (Options, Bound, _time, _logger) = (options.Value, stream.Value.CallBound, time, logger);
        _admin = new(() => new AdminClientBuilder(Config(new AdminClientConfig())).SetLogHandler(Log).SetErrorHandler(Log).Build());
    }

    public KafkaOptions Options { get; }

    /// <summary>The longest wait for a call.</summary>
    public TimeSpan Bound { get; }

    public IAdminClient Admin => _admin.Value;

    /// <summary>What all clients have in common.</summary>
    public T Config<T>(T config)
        where T : ClientConfig
    {
        config.BootstrapServers = Options.BootstrapServers;
        config.ClientId = "pylon";
        config.SecurityProtocol = Options.SecurityProtocol;
        config.ReconnectBackoffMs = 50;
        config.ReconnectBackoffMaxMs = 2_000;
        config.LogConnectionClose = false;
        if (Options.SaslMechanism is { } mechanism)
            (config.SaslMechanism, config.SaslUsername, config.SaslPassword) = (mechanism, Options.SaslUsername, Options.SaslPassword);
        if (Options.SslCaLocation.Length > 0)
            config.SslCaLocation = Options.SslCaLocation;
        return config;
    }

    // The library goes on by itself; what it cannot do is an exception of the call.
    public void Log(IClient client, LogMessage message) => _logger.Library(message.Facility, message.Message);

    public void Log(IClient client, Error error) => _logger.Library($"{error.Code}", error.Reason);

    /// <summary>How many partitions the topic has; it is made when it is missing.</summary>
    /// <param name="topic">Its name at the brokers.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<int> PartitionsAsync(string topic, CancellationToken cancellationToken)
    {
        var isKnown = _partitions.TryGetValue(topic, out var known);
        if (isKnown && _time.GetElapsedTime(known.At) < Fresh)
            return known.Count;
        if (!isKnown && Options.CreateTopics && !await ExistsAsync(topic, cancellationToken))
            await CreateAsync(topic, cancellationToken);
        for (var began = _time.GetTimestamp(); ;)
        {
            var found = await MetadataAsync(() => Admin.GetMetadata(topic, Bound), cancellationToken);
            if (found.Topics is [{ Partitions.Count: > 0 and var count, Error.IsError: false }])
            {
                _partitions[topic] = (count, _time.GetTimestamp());
                return count;
            }

            // A new topic takes a moment until every broker knows it.
            if (_time.GetElapsedTime(began) > Bound)
                throw new KafkaException(found.Topics is [{ Error: { IsError: true } error }] ? error : new Error(ErrorCode.UnknownTopicOrPart, $"There is no topic {topic}."));
            await Task.Delay(Pause, _time, cancellationToken);
        }
    }

    /// <summary>Each partition of the topics, by their names at the brokers.</summary>
    public async Task<IReadOnlyList<TopicPartition>> AllPartitionsAsync(IEnumerable<string> topics, CancellationToken cancellationToken)
    {
        var all = new List<TopicPartition>();
        foreach (var topic in topics.Distinct(StringComparer.Ordinal))
            all.AddRange(Enumerable.Range(0, await PartitionsAsync(topic, cancellationToken)).Select(partition => new TopicPartition(topic, partition)));
        return all;
    }

    /// <summary>The oldest record that each partition keeps, and the next one that it gets.</summary>
    public async Task<IReadOnlyDictionary<TopicPartition, (long Low, long High)>> KeptAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        var (lows, highs) = (OffsetsAsync(partitions, OffsetSpec.Earliest(), cancellationToken), EndsAsync(partitions, cancellationToken));
        await Task.WhenAll(lows, highs);
        var (low, high) = (await lows, await highs);
        return partitions.ToDictionary(partition => partition, partition => (low[partition], high[partition]));
    }

    /// <summary>The next record that each partition gets.</summary>
    public Task<IReadOnlyDictionary<TopicPartition, long>> EndsAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken) =>
        OffsetsAsync(partitions, OffsetSpec.Latest(), cancellationToken);

    public void Dispose()
    {
        if (_admin.IsValueCreated)
            _admin.Value.Dispose();
    }

    private async Task<IReadOnlyDictionary<TopicPartition, long>> OffsetsAsync(IReadOnlyCollection<TopicPartition> partitions, OffsetSpec spec, CancellationToken cancellationToken)
    {
        if (partitions.Count == 0)
            return new Dictionary<TopicPartition, long>();
        var found = await Admin.ListOffsetsAsync(
            partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = spec }),
            new ListOffsetsOptions { RequestTimeout = Bound }).WaitAsync(cancellationToken);
        return found.ResultInfos.ToDictionary(each => each.TopicPartitionOffsetError.TopicPartition, each => each.TopicPartitionOffsetError.Offset.Value);
    }

    // To ask for one topic by its name may make it, with the defaults of the brokers.
    private async Task<bool> ExistsAsync(string topic, CancellationToken cancellationToken) =>
        (await MetadataAsync(() => Admin.GetMetadata(Bound), cancellationToken)).Topics.Exists(each => each.Topic == topic);

    private async Task CreateAsync(string topic, CancellationToken cancellationToken)
    {
        var specification = new TopicSpecification
        {
            Name = topic,
            NumPartitions = Options.Partitions,
            ReplicationFactor = (short)Options.Replication,
            Configs = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["retention.ms"] = ((long)Options.Retention.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
            },
        };
        try
        {
            await Admin.CreateTopicsAsync([specification], new CreateTopicsOptions { RequestTimeout = Bound }).WaitAsync(cancellationToken);
            _logger.TopicMade(topic, Options.Partitions);
        }
        catch (CreateTopicsException e) when (e.Results.TrueForAll(each => each.Error.Code is ErrorCode.TopicAlreadyExists))
        {
            // Another process was first.
        }
    }

    // The library waits on the calling thread.
    private static Task<Metadata> MetadataAsync(Func<Metadata> ask, CancellationToken cancellationToken) => Task.Run(ask, cancellationToken).WaitAsync(cancellationToken);
}
