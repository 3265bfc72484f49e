using Pylon.Insights.Events;

namespace Pylon.Insights.Recording;

/// <summary>A row that somebody inserted by SQL.</summary>
/// <param name="Seq">Of the row.</param>
internal sealed record ArrivedEvent(long Seq, NewEvent Event);
