namespace Pylon.Gateway.Broadcast;

/// <summary>The subscriber read too slowly and was dropped; it can resume from the last position that it has.</summary>
internal sealed class SlowReaderException() : Exception("The subscriber reads too slowly.");
