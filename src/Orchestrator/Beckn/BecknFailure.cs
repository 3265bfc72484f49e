namespace Pylon.Orchestrator.Beckn;

/// <summary>A message was not answered: the provider is down, slow, refuses the message or answers rubbish. Worth a retry.</summary>
internal sealed class BecknFailure(string message, Exception? cause = null) : Exception(message, cause);
