using System.Runtime.CompilerServices;
using Pylon.Messaging;

namespace Pylon.Gateway.Streams;

/// <summary>Reads the stored events of several topics, merged by position.</summary>
internal sealed class Replay(IEventStream stream, int pageLength)
{
    /// <summary>
    /// The position from which a reader can continue. When events after its position were trimmed, or the stream itself
    /// was lost and began anew, there is a gap.
    /// </summary>
    public async Task<(Position Position, bool Gap)> LocateAsync(Position after, IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        var gaps = await stream.GapsAsync(after.Of(topics), [], cancellationToken);
        return (gaps.Aggregate(after, (at, gap) => at.With(gap.Key, gap.Value)), gaps.Count > 0);
    }

    /// <summary>
    /// All events after one position and not after the other (null: to the end), and the notice of a gap where the stream
    /// is trimmed faster than it is read.
    /// </summary>
    public async IAsyncEnumerable<BroadcastFrame> ReadAsync(
        Position after, Position? until, IReadOnlyCollection<string> topics, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = topics.ToDictionary(topic => topic, _ => new Queue<StreamedEvent>(), StringComparer.Ordinal);
        var open = topics.ToList();
        while (true)
        {
            var at = after;
            foreach (var topic in open.Where(topic => pages[topic].Count == 0).ToList())
                after = await FillAsync(pages[topic], topic, after, until, cancellationToken);
            if (after != at)
                yield return new BroadcastFrame(after, streamed: null);
            open.RemoveAll(topic => pages[topic].Count == 0);
            if (open.Count == 0)
                yield break;
            var next = pages[Earliest(open, pages)].Dequeue();
            after = after.With(next.Topic, next.Position);
            // A dead letter advances the position but is not broadcast.
            if (next.DeadLetter is null)
                yield return new BroadcastFrame(after, next);
        }
    }

    // The same position, or the one behind a gap.
    private async Task<Position> FillAsync(Queue<StreamedEvent> page, string topic, Position after, Position? until, CancellationToken cancellationToken)
    {
        if (until?.HasSeen(topic, after[topic]) == true && after.HasSeen(topic, until[topic]))
            return after;
        var from = after.Of([topic]);
        var read = await stream.ReadAsync(from, pageLength, cancellationToken);
        foreach (var streamed in read.Where(each => until is null || until.HasSeen(topic, each.Position)))
            page.Enqueue(streamed);
        // A poll from the beginning takes what is there.
        if (after[topic] == stream.Start)
            return after;
        var gaps = await stream.GapsAsync(from, read, cancellationToken);
        return gaps.TryGetValue(topic, out var behind) && behind != after[topic] ? after.With(topic, behind) : after;
    }

    private string Earliest(List<string> open, Dictionary<string, Queue<StreamedEvent>> pages) => open.Aggregate(
        (first, topic) => stream.IsAfter(pages[first].Peek().Position, pages[topic].Peek().Position) ? topic : first);
}
