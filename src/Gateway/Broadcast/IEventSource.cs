using Pylon.Events.V1;

namespace Pylon.Gateway.Broadcast;

/// <summary>An event and where it stands in its topic.</summary>
internal sealed record StreamedEvent(string Topic, StreamId Id, Event Event);

/// <summary>What is kept of a topic. <c>Trimmed</c>: older entries have been dropped.</summary>
internal sealed record Extent(StreamId First, StreamId Last, bool Trimmed)
{
    public static readonly Extent Empty = new(StreamId.Zero, StreamId.Zero, Trimmed: false);
}

/// <summary>What the broadcast needs of the event stream.</summary>
internal interface IEventSource
{
    Task<Extent> Measure(string topic, CancellationToken cancellationToken);

    /// <summary>The oldest entries after an id, at most so many.</summary>
    Task<IReadOnlyList<StreamedEvent>> Read(string topic, StreamId after, int count, CancellationToken cancellationToken);

    /// <summary>Everything after a position, as it comes; throws when the connection is lost.</summary>
    IAsyncEnumerable<StreamedEvent> Follow(IReadOnlyList<string> topics, Position after, CancellationToken cancellationToken);
}
