namespace Pylon.Gateway.Streams;

/// <summary>What a reader of one position gets next.</summary>
/// <param name="Frames">In order; encoded once for all readers.</param>
/// <param name="End">Where the next page begins.</param>
/// <param name="IsLast">False when the page is full.</param>
internal sealed record ReplayPage(IReadOnlyList<BroadcastFrame> Frames, Position End, bool IsLast);
