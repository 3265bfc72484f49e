using System.Collections.Immutable;
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
        var read = after;
        while (true)
        {
            var at = after;
            foreach (var topic in open.Where(topic => pages[topic].Count == 0).ToList())
                (after, read) = await FillAsync(pages[topic], topic, after, read, until, cancellationToken);
            if (after != at)
                yield return new BroadcastFrame(after, streamed: null);
            open.RemoveAll(topic => pages[topic].Count == 0);
            if (open.Count == 0)
                yield break;
            var next = pages[Earliest(open, pages)].Dequeue();
            after = after.After(next);
            // A dead letter advances the position but is not broadcast.
            if (next.DeadLetter is null)
                yield return new BroadcastFrame(after, next);
        }
    }

    // The position of the reader, which is the same or the one behind a gap, and how far was read. That is further where
    // there are events after the end.
    private async Task<(Position After, Position Read)> FillAsync(
        Queue<StreamedEvent> page, string topic, Position after, Position read, Position? until, CancellationToken cancellationToken)
    {
        while (page.Count == 0 && (until is null || !read.HasSeen(topic, until[topic])))
        {
            var from = read.Of([topic]);
            var found = await stream.ReadAsync(from, pageLength, cancellationToken);
            foreach (var streamed in found.Where(each => until is null || until.HasSeen(topic, each.Position)))
                page.Enqueue(streamed);
            // A poll from the beginning takes what is there.
            var gaps = from[topic] == stream.Start ? ImmutableDictionary<string, string>.Empty : await stream.GapsAsync(from, found, cancellationToken);
            if (gaps.TryGetValue(topic, out var behind) && behind != from[topic])
                (after, read) = (after.With(topic, behind), read.With(topic, behind));
            read = found.Aggregate(read, (at, each) => at.After(each));
            if (found.Count == 0)
                break;
        }

        return (after, read);
    }

    private string Earliest(List<string> open, Dictionary<string, Queue<StreamedEvent>> pages) => open.Aggregate(
        (first, topic) => stream.IsEarlier(pages[topic].Peek(), pages[first].Peek()) ? topic : first);
}
