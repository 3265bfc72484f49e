namespace Pylon.Worker;

/// <summary>The worker cannot start as it is set up; the message says what is wrong.</summary>
public sealed class WorkerException(string message, Exception? inner = null) : Exception(message, inner);
