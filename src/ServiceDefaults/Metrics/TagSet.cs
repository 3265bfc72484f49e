using System.Diagnostics.CodeAnalysis;

namespace Pylon.ServiceDefaults.Metrics;

/// <summary>The tags of a series. A measurement finds its series by the span it came with, without allocating.</summary>
internal sealed class TagSet(KeyValuePair<string, object?>[] tags)
{
    public ReadOnlySpan<KeyValuePair<string, object?>> Tags => tags;

    /// <summary>The order of tags means nothing.</summary>
    public sealed class Comparer : IEqualityComparer<TagSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, TagSet>
    {
        public static readonly Comparer Instance = new();

        public TagSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate.ToArray());

        public bool Equals(TagSet? x, TagSet? y) => ReferenceEquals(x, y) || (x is not null && y is not null && Equals(x.Tags, y));

        public int GetHashCode([DisallowNull] TagSet obj) => GetHashCode(obj.Tags);

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, TagSet other)
        {
            if (alternate.Length != other.Tags.Length) return false;
            foreach (var tag in alternate)
            {
                if (!Contains(other.Tags, tag)) return false;
            }

            return true;
        }

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            var sum = alternate.Length;
            foreach (var tag in alternate) sum += HashCode.Combine(tag.Key, tag.Value);
            return sum;
        }

        private static bool Contains(ReadOnlySpan<KeyValuePair<string, object?>> tags, KeyValuePair<string, object?> wanted)
        {
            foreach (var tag in tags)
            {
                if (tag.Key == wanted.Key && Equals(tag.Value, wanted.Value)) return true;
            }

            return false;
        }
    }
}
