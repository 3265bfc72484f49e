using System.Runtime.CompilerServices;
using Pylon.Messaging;

namespace Pylon.Gateway.Streams;

/// <summary>Reads the stored events of several topics, merged by position.</summary>
internal sealed class Replay(IEventStream stream, int page)
{
    /// <summary>
    /// The position from which a reader can continue. When events after its position were trimmed, or the stream itself
    /// was lost and began anew, that is before the oldest stored event, and there is a gap.
    /// </summary>
    public async Task<(Position Position, bool Gap)> LocateAsync(Position after, IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        var oldest = await stream.OldestAsync(topics, cancellationToken);
        var tail = await stream.TailAsync(topics, cancellationToken);
        var gap = false;
        foreach (var topic in topics)
        {
            var isTrimmed = stream.IsAfter(oldest[topic], after[topic]);
            var isLost = stream.IsAfter(after[topic], tail[topic]) && stream.IsAfter(after[topic], oldest[topic]);
            if (isTrimmed || isLost)
                (after, gap) = (after.With(topic, oldest[topic]), true);
        }

        return (after, gap);
    }

    /// <summary>All events after one position and not after the other (null: to the end).</summary>
    public async IAsyncEnumerable<BroadcastFrame> ReadAsync(
        Position after, Position? until, IReadOnlyCollection<string> topics, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = topics.ToDictionary(topic => topic, _ => new Queue<StreamedEvent>(), StringComparer.Ordinal);
        var open = topics.ToList();
        while (true)
        {
            await FillAsync(pages, open, after, until, cancellationToken);
            if (open.Count == 0)
                yield break;
            var next = pages[Earliest(open, pages)].Dequeue();
            after = after.With(next.Topic, next.Position);
            // A dead letter advances the position but is not broadcast.
            if (next.DeadLetter is null)
                yield return new BroadcastFrame(after, next);
        }
    }

    private async Task FillAsync(
        Dictionary<string, Queue<StreamedEvent>> pages, List<string> open, Position after, Position? until, CancellationToken cancellationToken)
    {
        foreach (var topic in open.Where(topic => pages[topic].Count == 0).ToList())
        {
            var isThere = until?.HasSeen(topic, after[topic]) == true && after.HasSeen(topic, until[topic]);
            var read = isThere ? [] : await stream.ReadAsync(after.Of([topic]), page, cancellationToken);
            foreach (var streamed in read.Where(each => until is null || until.HasSeen(topic, each.Position)))
                pages[topic].Enqueue(streamed);
            if (pages[topic].Count == 0)
                open.Remove(topic);
        }
    }

    private string Earliest(List<string> open, Dictionary<string, Queue<StreamedEvent>> pages) => open.Aggregate(
        (first, topic) => stream.IsAfter(pages[first].Peek().Position, pages[topic].Peek().Position) ? topic : first);
}
