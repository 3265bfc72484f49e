using System.Diagnostics.Metrics;

namespace Pylon.Messaging;

/// <summary>What groups measure, on either stream.</summary>
internal static class GroupMetrics
{
    private static readonly Meter Meter = new("Pylon.Messaging.Groups");
    private static readonly Gauge<long> Lag = Meter.CreateGauge<long>("pylon_group_lag", "{entry}", "Entries of the topic that the group has not read yet; with Kafka those that it has not committed");
    private static readonly Gauge<long> Pending = Meter.CreateGauge<long>("pylon_group_pending", "{entry}", "Entries that consumers of the group hold unacknowledged; with Kafka those of this process");
    private static readonly Counter<long> Lost = Meter.CreateCounter<long>("pylon_group_lost", "{entry}", "Entries that were trimmed before the group read them");

    public static void Measured(string topic, string group, long lag, long pending)
    {
        Lag.Record(lag, Tags(topic, group));
        Pending.Record(pending, Tags(topic, group));
    }

    public static void Missed(string topic, string group, long entries) => Lost.Add(entries, Tags(topic, group));

    private static KeyValuePair<string, object?>[] Tags(string topic, string group) => [new("topic", topic), new("group", group)];
}
