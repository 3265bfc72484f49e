using System.Runtime.CompilerServices;
using Pylon.Messaging;

namespace Pylon.Gateway.Broadcast;

/// <summary>Reads what is kept of the topics, merged by position.</summary>
internal sealed class Replay(IEventStream stream, int page)
{
    /// <summary>
    /// Where a reader really stands. When events after its position are no longer kept, or the stream itself was lost
    /// and begins anew, it stands before the oldest that there is, and there is a gap.
    /// </summary>
    public async Task<(Position Position, bool Gap)> Locate(Position after, IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
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
    public async IAsyncEnumerable<BroadcastFrame> Read(
        Position after, Position? until, IReadOnlyCollection<string> topics, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = topics.ToDictionary(topic => topic, _ => new Queue<StreamedEvent>(), StringComparer.Ordinal);
        var open = topics.ToList();
        while (true)
        {
            await Fill(pages, open, after, until, cancellationToken);
            if (open.Count == 0)
                yield break;
            var next = pages[Earliest(open, pages)].Dequeue();
            after = after.With(next.Topic, next.Position);
            // An entry that could not be read has its place, but there is nothing to tell of it.
            if (next.DeadLetter is null)
                yield return new BroadcastFrame(after, next);
        }
    }

    private async Task Fill(
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
