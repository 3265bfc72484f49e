namespace Pylon.Orchestrator.Beckn;

/// <summary>A message has no answer: the provider is unreachable or slow, sends a NACK or something that is not Beckn. Worth a retry.</summary>
internal sealed class BecknFailure(string message, Exception? cause = null) : Exception(message, cause);
