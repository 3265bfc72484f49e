namespace Pylon.Messaging.Kafka;

/// <summary>What topics are called at the brokers.</summary>
internal static class KafkaTopic
{
    private const string Prefix = "pylon.events.";

    /// <summary>
    /// <c>workloads</c> is <c>pylon.events.workloads</c>, its dead letters <c>pylon.events.workloads.DLQ</c>. A name with dots, such as
    /// <c>batch.phase.skipped</c>, is of another system, which writes or reads it at the same brokers: it stays.
    /// </summary>
    public static string Of(string topic)
    {
        var letters = Topic.DeadLetters("");
        var plain = topic.EndsWith(letters, StringComparison.Ordinal) ? topic[..^letters.Length] : topic;
        return plain.Contains('.', StringComparison.Ordinal) ? topic : Prefix + topic;
    }
}
