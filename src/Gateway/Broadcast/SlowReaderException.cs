namespace Pylon.Gateway.Broadcast;

/// <summary>The subscriber read too slowly and was dropped; it can resume from its last position.</summary>
internal sealed class SlowReaderException() : Exception("The subscriber reads too slowly.");
