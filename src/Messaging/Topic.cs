namespace Pylon.Messaging;

/// <summary>Names of topics.</summary>
public static class Topic
{
    /// <summary>The topic that takes what <paramref name="topic"/> cannot.</summary>
    public static string DeadLetters(string topic) => topic + ".DLQ";
}
