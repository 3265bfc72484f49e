using System.Runtime.CompilerServices;

namespace Pylon.Gateway.Broadcast;

/// <summary>Reads what is kept of the topics, merged by id.</summary>
internal sealed class Replay(IEventSource source, int page)
{
    /// <summary>
    /// Where a reader really stands: topics of which nothing is left at its position begin with what is kept, and then
    /// there is a gap. That is so when its position was trimmed away, and when the stream itself was lost.
    /// </summary>
    public async Task<(Position Position, bool Gap)> Locate(Position after, IEnumerable<string> topics, CancellationToken cancellationToken)
    {
        var gap = false;
        foreach (var topic in topics)
        {
            var extent = await source.Measure(topic, cancellationToken);
            var isLost = after[topic] > extent.Last;
            if (isLost)
                after = after.With(topic, StreamId.Zero);
            gap |= isLost || (extent.Trimmed && after[topic] < extent.First);
        }

        return (after, gap);
    }

    /// <summary>All events after one position and not after the other (null: to the end).</summary>
    public async IAsyncEnumerable<BroadcastFrame> Read(
        Position after, Position? until, IReadOnlyList<string> topics, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = new Dictionary<string, Queue<StreamedEvent>>(StringComparer.Ordinal);
        var open = topics.ToList();
        while (true)
        {
            foreach (var topic in open.Where(topic => !pages.TryGetValue(topic, out var left) || left.Count == 0).ToList())
            {
                var read = after[topic] == until?[topic] ? [] : await source.Read(topic, after[topic], page, cancellationToken);
                pages[topic] = new Queue<StreamedEvent>(read.Where(each => until is null || each.Id <= until[topic]));
                if (pages[topic].Count == 0)
                    open.Remove(topic);
            }

            if (open.Count == 0)
                yield break;
            var next = pages[open.MinBy(topic => pages[topic].Peek().Id)!].Dequeue();
            after = after.With(next.Topic, next.Id);
            yield return new BroadcastFrame(after, next);
        }
    }
}
