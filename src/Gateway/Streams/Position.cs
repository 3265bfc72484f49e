using System.Collections.Immutable;
using Pylon.Messaging;

namespace Pylon.Gateway.Streams;

/// <summary>
/// How far a reader has read: for each topic the position of the last event seen. It is valid at every gateway, however
/// that one interleaves the topics. Callers get it as an opaque text.
/// </summary>
internal sealed class Position
{
    private const int MaxLength = 4096;

    private readonly IEventStream _stream;
    private readonly ImmutableSortedDictionary<string, string> _topics;
    private string? _text;

    private Position(IEventStream stream, ImmutableSortedDictionary<string, string> topics) => (_stream, _topics) = (stream, topics);

    public Position(IEventStream stream, IEnumerable<KeyValuePair<string, string>> topics)
        : this(stream, topics.ToImmutableSortedDictionary(StringComparer.Ordinal))
    {
    }

    /// <summary>The position in a topic; the start of the stream for a topic that is not listed.</summary>
    public string this[string topic] => _topics.GetValueOrDefault(topic, _stream.Start);

    public Position With(string topic, string at) => new(_stream, _topics.SetItem(topic, at));

    /// <summary>Where a reader is after this event or this gap, which is the next that it gets.</summary>
    public Position After(StreamedEvent next) => With(next.Topic, next.IsGap ? next.Position : _stream.After(this[next.Topic], next.Position));

    /// <summary>The same in these topics, so far as it lists them, and the other in all others.</summary>
    public Position Beside(Position other, IReadOnlyCollection<string> topics) =>
        new(_stream, other._topics.RemoveRange(topics).SetItems(_topics.Where(each => topics.Contains(each.Key, StringComparer.Ordinal))));

    /// <summary>The positions of these topics only.</summary>
    public IReadOnlyDictionary<string, string> Of(IEnumerable<string> topics) =>
        topics.ToDictionary(topic => topic, topic => this[topic], StringComparer.Ordinal);

    /// <summary>True when the reader has seen the event at this position of the topic.</summary>
    public bool HasSeen(string topic, string at) => _stream.HasRead(this[topic], at);

    /// <summary>The later of both positions, topic by topic.</summary>
    public Position Furthest(Position other) => other._topics.Aggregate(
        this, (furthest, each) => furthest.HasSeen(each.Key, each.Value) ? furthest : furthest.With(each.Key, _stream.Furthest(furthest[each.Key], each.Value)));

    /// <summary>True when it is not after the other in any topic.</summary>
    public bool IsWithin(Position other) => _topics.All(each => other.HasSeen(each.Key, each.Value));

    /// <summary>Reads the text that <see cref="ToString"/> writes; null for any other text, and for one with another topic than these.</summary>
    public static Position? Parse(IEventStream stream, string text, IReadOnlyCollection<string> known)
    {
        if (text.Length is 0 or > MaxLength)
            return null;
        var topics = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split(','))
        {
            var colon = part.IndexOf(':');
            if (colon <= 0 || !known.Contains(part[..colon], StringComparer.Ordinal) || !stream.IsPosition(part[(colon + 1)..]) || !topics.TryAdd(part[..colon], part[(colon + 1)..]))
                return null;
        }

        return new Position(stream, topics.ToImmutable());
    }

    public override string ToString() => _text ??= string.Join(',', _topics.Select(each => $"{each.Key}:{each.Value}"));
}
