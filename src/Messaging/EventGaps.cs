namespace Pylon.Messaging;

/// <summary>Finds the readers for whom events are lost.</summary>
public static class EventGaps
{
    /// <summary>
    /// The topics in which events after the position are no longer kept, and from where a reader can go on. A position
    /// other than the start that the stream does not keep belongs to events that were trimmed, or to a stream that was
    /// lost and began anew.
    /// </summary>
    /// <param name="stream">The stream.</param>
    /// <param name="positions">How far the reader has read.</param>
    /// <param name="read">What it has read since, before this call: a page that begins before the oldest event kept is whole.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyDictionary<string, string>> GapsAsync(
        this IEventStream stream, IReadOnlyDictionary<string, string> positions, IReadOnlyCollection<StreamedEvent> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(positions);
        string[] topics = [.. positions.Keys];
        var missing = await stream.MissingAsync(positions, cancellationToken);
        var oldest = await stream.OldestAsync(topics, cancellationToken);
        var tail = await stream.TailAsync(topics, cancellationToken);
        var gaps = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (topic, at) in positions)
        {
            var first = read.FirstOrDefault(each => each.Topic == topic);
            if (stream.IsAfter(oldest[topic], at))
            {
                if (first is null || stream.IsAfter(first.Position, oldest[topic]))
                    gaps[topic] = oldest[topic];
            }
            else if (missing.Contains(topic) && at != stream.Start && stream.IsAfter(at, oldest[topic]))
            {
                gaps[topic] = stream.IsAfter(at, tail[topic]) ? oldest[topic] : at;
            }
        }

        return gaps;
    }

    /// <summary>True when one position of a topic is after another.</summary>
    public static bool IsAfter(this IEventStream stream, string at, string other)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.TryCompare(at, other, out var order) ? order > 0 : throw new FormatException($"{at} or {other} is not a position of the event stream.");
    }
}
