using Microsoft.Extensions.Options;
using Pylon.Gateway.Streams;

namespace Pylon.Gateway.Broadcast;

/// <summary>
/// The pages of replays, for all readers. Many come back at once, and most with the same position: the stream is asked once for
/// each distinct position.
/// </summary>
internal sealed class ReplayPages(Replay replay, BroadcastHub hub, IOptions<BroadcastOptions> settings, TimeProvider time)
{
    private readonly int _length = settings.Value.ReplayPage;
    private readonly SharedReads<(Position Position, bool Gap)> _places = new(settings.Value.ReplayKept, time);
    private readonly SharedReads<ReplayPage> _pages = new(settings.Value.ReplayKept, time);

    /// <summary>The position from which a reader can go on, and whether events before it are no longer kept.</summary>
    public async Task<(Position Position, bool Gap)> LocateAsync(Position after, string[] topics, CancellationToken cancellationToken) =>
        await _places.GetAsync(Key(after, topics), () => replay.LocateAsync(Shared(after, topics), topics, CancellationToken.None), _ => 1, out _).WaitAsync(cancellationToken);

    /// <summary>What comes after a position, up to where the hub is or further.</summary>
    /// <param name="after">The position.</param>
    /// <param name="topics">Of the reader.</param>
    /// <param name="until">A page without events is of no use to the reader when it ends before this.</param>
    /// <param name="cancellationToken">Ends the wait of this reader only.</param>
    public async Task<ReplayPage> ReadAsync(Position after, string[] topics, Position? until, CancellationToken cancellationToken)
    {
        var key = Key(after, topics);
        while (true)
        {
            var reading = _pages.GetAsync(key, () => ReadAsync(after, topics), page => 1 + page.Frames.Count, out var isNew);
            var page = await reading.WaitAsync(cancellationToken);
            if (isNew || page.Frames.Count > 0 || until is null || until.IsWithin(page.End))
                return page;
            // It was read before there was anything.
            _pages.Forget(key, reading);
        }
    }

    private async Task<ReplayPage> ReadAsync(Position after, string[] topics)
    {
        after = Shared(after, topics);
        var until = after.Furthest(hub.Position);
        var frames = new List<BroadcastFrame>();
        await foreach (var frame in replay.ReadAsync(after, until, topics, CancellationToken.None))
        {
            frames.Add(frame);
            if (frames.Count == _length)
                return new ReplayPage(frames, frame.Position, IsLast: false);
        }

        // Events of other topics and dead letters are passed as well.
        return new ReplayPage(frames, frames is [.., var last] ? last.Position.Furthest(until) : until, IsLast: true);
    }

    // What other readers get says nothing of the one with whom the read began.
    private Position Shared(Position after, string[] topics) => after.Beside(hub.Position, topics);

    // Of the topics that are read: readers write the others of their position in many ways.
    private static string Key(Position after, string[] topics) => string.Join(',', topics.Select(topic => $"{topic}:{after[topic]}"));
}
