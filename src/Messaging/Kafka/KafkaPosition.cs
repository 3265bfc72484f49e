using System.Globalization;
using System.Text;

namespace Pylon.Messaging.Kafka;

/// <summary>
/// How far a topic is read: for each partition the offset of the next record, <c>0-1234.1-987</c>. A partition that is not
/// named is not read yet. The position of an event names its partition only.
/// </summary>
internal sealed class KafkaPosition
{
    public const string StartText = "0-0";

    // Greater numbers are in the positions of a Redis stream, which a reader may bring after a change of the stream.
    private const long MaxPartition = 9_999;

    public static readonly KafkaPosition Start = new([]);

    private readonly SortedList<long, long> _next;

    private KafkaPosition(SortedList<long, long> next) => _next = next;

    /// <summary>The offset of the next record of the partition.</summary>
    public long this[long partition] => _next.GetValueOrDefault(partition);

    public bool IsStart => _next.Count == 0;

    public static string Of(int partition, long next) => string.Create(CultureInfo.InvariantCulture, $"{partition}-{next}");

    public static KafkaPosition Of(IEnumerable<KeyValuePair<long, long>> next)
    {
        var position = new SortedList<long, long>();
        foreach (var (partition, offset) in next)
        {
            if (offset > 0 || partition > MaxPartition)
                position[partition] = offset;
        }

        return new KafkaPosition(position);
    }

    public static bool TryParse(string? text, out KafkaPosition position)
    {
        position = Start;
        var next = new Dictionary<long, long>();
        foreach (var part in (text ?? "").Split('.'))
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            if (dash < 0
                || !long.TryParse(part.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
                || !long.TryParse(part.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
                || !next.TryAdd(partition, offset))
            {
                return false;
            }
        }

        position = Of(next);
        return true;
    }

    public static KafkaPosition Parse(string position) =>
        TryParse(position, out var parsed) ? parsed : throw new FormatException($"'{position}' is not a position of the event stream.");

    /// <summary>True when it names a partition that a topic of so many does not have: it is of another stream.</summary>
    public bool IsBeyond(int partitions) => !IsStart && _next.Keys[^1] >= partitions;

    public bool HasRead(KafkaPosition other) => other._next.All(each => this[each.Key] >= each.Value);

    public KafkaPosition Furthest(KafkaPosition other)
    {
        if (HasRead(other))
            return this;
        var next = new SortedList<long, long>(_next);
        foreach (var (partition, offset) in other._next)
            next[partition] = Math.Max(this[partition], offset);
        return new KafkaPosition(next);
    }

    public override string ToString()
    {
        if (IsStart)
            return StartText;
        var text = new StringBuilder();
        foreach (var (partition, offset) in _next)
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length == 0 ? "" : ".")}{partition}-{offset}");
        return text.ToString();
    }
}
