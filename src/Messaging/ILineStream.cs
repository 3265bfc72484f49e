namespace Pylon.Messaging;

/// <summary>An event stream that has the events of a topic in one line: of two positions of a topic one is the earlier.</summary>
public interface ILineStream : IEventStream
{
    /// <summary>
    /// The least position of each topic from which reading on misses nothing. A reader that asks for less has a gap:
    /// what it asks for is no longer kept.
    /// </summary>
    Task<IReadOnlyDictionary<string, string>> OldestAsync(
        IReadOnlyCollection<string> topics, CancellationToken cancellationToken);

    /// <summary>The topics that do not keep the entry at the position: it was trimmed, or lost with the stream.</summary>
    Task<IReadOnlySet<string>> MissingAsync(IReadOnlyDictionary<string, string> positions, CancellationToken cancellationToken);

    /// <summary>Which of two positions of a topic is earlier; false when one of them is not a position.</summary>
    bool TryCompare(string left, string right, out int order);

    /// <summary>True when one position of a topic is after another.</summary>
    bool IsAfter(string at, string other) => TryCompare(at, other, out var order)
        ? order > 0
        : throw new FormatException($"{at} or {other} is not a position of the event stream.");

    bool IEventStream.IsPosition(string text) => TryCompare(text, Start, out _);

    bool IEventStream.HasRead(string position, string at) => !IsAfter(at, position);

    string IEventStream.After(string position, string at) => at;

    string IEventStream.Furthest(string one, string other) => IsAfter(other, one) ? other : one;

    bool IEventStream.IsEarlier(StreamedEvent one, StreamedEvent other) => IsAfter(other.Position, one.Position);

    async Task<IReadOnlyDictionary<string, string>> IEventStream.GapsAsync(
        IReadOnlyDictionary<string, string> positions, IReadOnlyCollection<StreamedEvent> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentNullException.ThrowIfNull(read);
        string[] topics = [.. positions.Keys];
        var missing = await MissingAsync(positions, cancellationToken);
        var oldest = await OldestAsync(topics, cancellationToken);
        var tail = await TailAsync(topics, cancellationToken);
        var gaps = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (topic, at) in positions)
        {
            var first = read.FirstOrDefault(each => each.Topic == topic);
            if (IsAfter(oldest[topic], at))
            {
                if (first is null || IsAfter(first.Position, oldest[topic]))
                    gaps[topic] = oldest[topic];
            }
            else if (missing.Contains(topic) && at != Start && IsAfter(at, oldest[topic]))
            {
                gaps[topic] = IsAfter(at, tail[topic]) ? oldest[topic] : at;
            }
        }

        return gaps;
    }
}
