namespace Pylon.Orchestrator.Beckn;

/// <summary>A callback and the message that it answers.</summary>
/// <param name="MessageId">Of our message.</param>
/// <param name="First">False for a duplicate.</param>
/// <param name="Traceparent">Of the workload's submission, when that was traced.</param>
internal sealed record BecknCallback(Guid MessageId, bool First, string? Traceparent);
