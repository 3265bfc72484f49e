using Confluent.Kafka;

namespace Pylon.Messaging;

/// <summary>The exceptions of an event stream that is unreachable or restarting, Redis or Kafka.</summary>
public static class StreamFailure
{
    /// <summary>True for an exception that says that the stream failed, is unreachable, or did not answer in time.</summary>
    public static bool Is(Exception e) => RedisFailure.Is(e) || e is KafkaException;
}
