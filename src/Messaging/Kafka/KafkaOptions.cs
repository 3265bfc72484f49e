using System.ComponentModel.DataAnnotations;
using Confluent.Kafka;

namespace Pylon.Messaging.Kafka;

/// <summary>The brokers of the event stream when <c>EVENT_STREAM</c> is <c>kafka</c>.</summary>
public sealed class KafkaOptions
{
    /// <summary>Where some of the brokers are, for example <c>kafka-1:9092,kafka-2:9092</c>. Required with Kafka, and without effect with Redis.</summary>
    public string BootstrapServers { get; set; } = "";

    /// <summary>False for a cluster where topics are made by an administrator or by the brokers; then a topic that is missing is waited for.</summary>
    public bool CreateTopics { get; set; } = true;

    /// <summary>Partitions of a topic that Pylon makes. Every id of the broadcast names them all.</summary>
    [Range(1, 50)]
    public int Partitions { get; set; } = 3;

    /// <summary>Copies of each partition of a topic that Pylon makes; -1 takes the default of the brokers.</summary>
    [Range(-1, 10)]
    public int Replication { get; set; } = -1;

    /// <summary>How long the brokers keep the events of a topic that Pylon makes.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The largest event, in bytes; a larger one becomes a dead letter without its payload. The brokers must take it too (<c>message.max.bytes</c>).</summary>
    [Range(10_000, 100_000_000)]
    public int MaxEventBytes { get; set; } = 900_000;

    /// <summary>How the brokers are reached.</summary>
    public SecurityProtocol SecurityProtocol { get; set; } = SecurityProtocol.Plaintext;

    /// <summary>How Pylon says who it is; needed with a Sasl protocol.</summary>
    public SaslMechanism? SaslMechanism { get; set; }

    /// <summary>The name for it.</summary>
    public string SaslUsername { get; set; } = "";

    /// <summary>The password for it.</summary>
    public string SaslPassword { get; set; } = "";

    /// <summary>The file with the certificates that the brokers' are signed by; those of the system without it.</summary>
    public string SslCaLocation { get; set; } = "";
}
