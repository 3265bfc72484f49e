using System.Collections.Immutable;

namespace Pylon.Gateway.Broadcast;

/// <summary>
/// How far a reader has come in every topic: for each the id of the last entry seen. It means the same at every
/// gateway, whatever the order in which that one happened to mix the topics. Callers get it as an opaque text.
/// </summary>
internal sealed class Position
{
    /// <summary>Before everything that is kept.</summary>
    public static readonly Position Start = new(ImmutableSortedDictionary.Create<string, StreamId>(StringComparer.Ordinal));

    private const int MaxLength = 4096;

    private readonly ImmutableSortedDictionary<string, StreamId> _topics;
    private string? _text;

    private Position(ImmutableSortedDictionary<string, StreamId> topics) => _topics = topics;

    /// <summary>Of a topic that the position does not know nothing has been seen.</summary>
    public StreamId this[string topic] => _topics.GetValueOrDefault(topic);

    public Position With(string topic, StreamId id) => new(_topics.SetItem(topic, id));

    /// <summary>As far as either has come, topic by topic.</summary>
    public Position Furthest(Position other)
    {
        var result = this;
        foreach (var (topic, id) in other._topics)
        {
            if (id > result[topic])
                result = result.With(topic, id);
        }

        return result;
    }

    /// <summary>True when it has not come further than the other in any topic.</summary>
    public bool IsWithin(Position other) => _topics.All(each => each.Value <= other[each.Key]);

    public static bool TryParse(string text, out Position position)
    {
        position = Start;
        if (text.Length is 0 or > MaxLength)
            return false;
        var topics = ImmutableSortedDictionary.CreateBuilder<string, StreamId>(StringComparer.Ordinal);
        foreach (var part in text.Split(','))
        {
            var colon = part.IndexOf(':');
            if (colon <= 0 || !StreamId.TryParse(part.AsSpan(colon + 1), out var id) || !topics.TryAdd(part[..colon], id))
                return false;
        }

        position = new Position(topics.ToImmutable());
        return true;
    }

    public override string ToString() => _text ??= string.Join(',', _topics.Select(each => $"{each.Key}:{each.Value}"));
}
