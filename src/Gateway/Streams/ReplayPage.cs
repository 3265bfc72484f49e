namespace Pylon.Gateway.Streams;

/// <summary>What a reader of one position gets next.</summary>
/// <param name="Start">Where it begins: the position itself, or the one behind events that are no longer kept.</param>
/// <param name="Gap">True when events between the position and <paramref name="Start"/> are no longer kept.</param>
/// <param name="Frames">In order; encoded once for all readers.</param>
/// <param name="End">Where the next page begins.</param>
/// <param name="IsLast">False when the page is full.</param>
internal sealed record ReplayPage(Position Start, bool Gap, IReadOnlyList<BroadcastFrame> Frames, Position End, bool IsLast);
