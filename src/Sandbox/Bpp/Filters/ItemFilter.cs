using System.Text.RegularExpressions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Bpp.Filters;

/// <summary>Evaluates a filter over the items of all catalogues and returns the items that match.</summary>
internal sealed class ItemFilter
{
    private static readonly TimeSpan LongestPattern = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestEvaluation = TimeSpan.FromSeconds(2);
    private static readonly JsonSelectSettings Settings = new() { RegexMatchTimeout = LongestPattern };

    private readonly JArray _items;
    private readonly TimeProvider _time;
    private readonly long _started;

    private ItemFilter(JArray items, TimeProvider time)
    {
        (_items, _time) = (items, time);
        _started = time.GetTimestamp();
    }

    public static IReadOnlySet<JToken> Select(JArray items, string expression, TimeProvider time)
    {
        try
        {
            return new ItemFilter(items, time).Select(FilterExpression.Parse(expression));
        }
        catch (Exception refused) when (refused is JsonException or RegexMatchTimeoutException or RegexParseException or FormatException or ArgumentException)
        {
            throw new JsonPathException(refused.Message);
        }
    }

    private HashSet<JToken> Select(FilterExpression expression)
    {
        switch (expression)
        {
            case FilterExpression.All:
                return Set(_items);
            case FilterExpression.Not not:
                return Set(_items.Except(Select(not.Inner), ReferenceEqualityComparer.Instance).Cast<JToken>());
            case FilterExpression.And and:
                var both = Select(and.Left);
                both.IntersectWith(Select(and.Right));
                return both;
            case FilterExpression.Or or:
                var either = Select(or.Left);
                either.UnionWith(Select(or.Right));
                return either;
            default:
                return Matching(((FilterExpression.Leaf)expression).Path);
        }
    }

    private HashSet<JToken> Matching(string path)
    {
        if (_time.GetElapsedTime(_started) > LongestEvaluation)
            throw new JsonPathException($"the evaluation must take at most {LongestEvaluation.TotalSeconds} s");
        try
        {
            return Set(_items.SelectTokens(path, Settings));
        }
        catch (Exception mixed) when (mixed is FormatException or ArgumentException and not RegexParseException or InvalidCastException or OverflowException)
        {
            // Comparing a number with a string is no match for that item; the other items are evaluated one by one.
            return Set(_items.Where(item => IsMatch(item, path)));
        }
    }

    private static bool IsMatch(JToken item, string path)
    {
        try
        {
            return new JArray(item.DeepClone()).SelectTokens(path, Settings).Any();
        }
        catch (Exception mixed) when (mixed is FormatException or ArgumentException or InvalidCastException or OverflowException)
        {
            return false;
        }
    }

    private static HashSet<JToken> Set(IEnumerable<JToken> tokens) => new(tokens, ReferenceEqualityComparer.Instance);
}
