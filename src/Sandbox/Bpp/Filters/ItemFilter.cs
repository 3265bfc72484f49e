using System.Text.RegularExpressions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Bpp.Filters;

/// <summary>
/// The condition of a discover filter. Newtonsoft has no brackets in conditions and reads <c>a &amp;&amp; b || c</c> from the
/// right, so this type reads and, or, not and brackets, and Newtonsoft evaluates single comparisons.
/// <c>x in ['a', 'b']</c> becomes the alternatives <c>x == 'a'</c> and <c>x == 'b'</c>.
/// </summary>
internal sealed partial class ItemFilter
{
    private const int LongestExpression = 2_000;
    private const int MostComparisons = 100;
    private const int DeepestNesting = 50;
    private const string Quoted = @"'(?:\\.|[^'\\])*'|""(?:\\.|[^""\\])*""";
    private const string Pattern = @"(?<==~\s*)/(?:\\.|[^/\\])*/";
    private const string Brackets = @"\[(?:" + Quoted + @"|[^\[\]'""]|(?<open>\[)|(?<-open>\]))*\](?(open)(?!))";
    private const string Value = @"\s*(?<value>" + Quoted + @"|[^\s,'""]+)\s*";
    private static readonly TimeSpan LongestEvaluation = TimeSpan.FromSeconds(2);
    private static readonly JsonSelectSettings Settings = new() { RegexMatchTimeout = TimeSpan.FromMilliseconds(100) };

    private readonly List<string> _tokens;
    private readonly TimeProvider _time;
    private readonly long _started;
    private int _next;
    private int _comparisons;
    private int _depth;

    private ItemFilter(string condition, TimeProvider time)
    {
        (_time, _started) = (time, time.GetTimestamp());
        var tokens = Token().Matches(condition);
        _tokens = [.. tokens.Select(t => t.Groups["token"].Value.TrimEnd())];
        if (tokens.Sum(t => t.Length) < condition.TrimEnd().Length)
            throw new JsonPathException($"'{condition.Trim()}' must have closed quotes and brackets");
    }

    /// <summary>The items that match <c>$[?(condition)]</c> or <c>$[?condition]</c>; all of them for <c>$</c> and <c>$[*]</c>.</summary>
    public static IReadOnlySet<JToken> Select(IEnumerable<JToken> items, string expression, TimeProvider time)
    {
        if (expression.Length > LongestExpression)
            throw new JsonPathException($"the expression must have at most {LongestExpression} characters; it has {expression.Length}");
        if (Form().Match(expression) is not { Success: true } form)
            throw new JsonPathException("the expression must have the form $[?(condition)]");
        try
        {
            var isWanted = form.Groups["condition"] is { Success: true, Value: var condition } ? new ItemFilter(condition, time).Read() : _ => true;
            // A path has items to choose from only in an array.
            return items.Where(item => isWanted(new JArray(item))).ToHashSet<JToken>(ReferenceEqualityComparer.Instance);
        }
        catch (Exception refused) when (refused is JsonException or RegexMatchTimeoutException or FormatException or ArgumentException)
        {
            throw new JsonPathException(refused.Message);
        }
    }

    /// <summary>
    /// A comparison of the Beckn examples for Newtonsoft: <c>.beckn:price</c> becomes <c>['beckn:price']</c> (a shorthand name
    /// must not have a colon) and strings in double quotes become strings in single quotes.
    /// </summary>
    internal static string Rewrite(string comparison) => Rewritten().Replace(comparison, match => match switch
    {
        _ when match.Groups["name"].Success => $"{match.Groups["deep"].Value}['{match.Groups["name"].Value}']",
        { Value: ['"', .. var text, '"'] } => $"'{text.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'",
        _ => match.Value,
    });

    private Func<JArray, bool> Read()
    {
        var condition = ReadOr();
        return _next == _tokens.Count ? condition : throw Unexpected();
    }

    private Func<JArray, bool> ReadOr()
    {
        var left = ReadAnd();
        while (Take("||"))
        {
            var (one, other) = (left, ReadAnd());
            left = item => one(item) | other(item);
        }
        return left;
    }

    private Func<JArray, bool> ReadAnd()
    {
        var left = ReadNot();
        while (Take("&&"))
        {
            var (one, other) = (left, ReadNot());
            left = item => one(item) & other(item);
        }
        return left;
    }

    private Func<JArray, bool> ReadNot()
    {
        if (Take("!"))
        {
            var inner = ReadNot();
            return item => !inner(item);
        }
        if (!Take("("))
            return ReadComparison();
        if (++_depth > DeepestNesting)
            throw new JsonPathException($"the condition must be nested at most {DeepestNesting} deep");
        var condition = ReadOr();
        _depth--;
        return Take(")") ? condition : throw Unexpected();
    }

    private Func<JArray, bool> ReadComparison()
    {
        if (_next == _tokens.Count || _tokens[_next] is ")" or "&&" or "||")
            throw Unexpected();
        var text = _tokens[_next++];
        if (In().Match(text) is not { Success: true } list)
            return Comparison(text);
        var alternatives = list.Groups["value"].Captures.Select(value => Comparison($"{list.Groups["path"].Value} == {value.Value}")).ToList();
        return item => alternatives.Exists(isEqual => isEqual(item));
    }

    private Func<JArray, bool> Comparison(string text)
    {
        if (++_comparisons > MostComparisons)
            throw new JsonPathException($"the condition must have at most {MostComparisons} comparisons");
        var path = $"$[?({Rewrite(text)})]";
        // Newtonsoft reads the path at once: a wrong one is refused also when there are no items.
        _ = new JArray().SelectTokens(path, Settings);
        return item =>
        {
            if (_time.GetElapsedTime(_started) > LongestEvaluation)
                throw new JsonPathException($"the evaluation must take at most {LongestEvaluation.TotalSeconds} s");
            try
            {
                return item.SelectTokens(path, Settings).Any();
            }
            catch (Exception mixed) when (mixed is FormatException or ArgumentException and not RegexParseException or InvalidCastException or OverflowException)
            {
                // Comparing a number with a string is no match.
                return false;
            }
        };
    }

    private bool Take(string sign)
    {
        var isNext = _next < _tokens.Count && _tokens[_next] == sign;
        _next += isNext ? 1 : 0;
        return isNext;
    }

    private JsonPathException Unexpected() => new(_next < _tokens.Count
        ? $"'{_tokens[_next]}' was not expected in the condition"
        : "the condition is incomplete");

    [GeneratedRegex(@"^\s*\$(?:\s*\[\?(?<condition>.*)\]|\[\*\]|\.\*)?\s*$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    [GeneratedRegex(@"\G\s*(?<token>\|\||&&|!(?!=)|[()]|(?:" + Quoted + "|" + Pattern + "|" + Brackets + @"|(?!&&|\|\|)[^()'""\[\]])+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();

    [GeneratedRegex("^(?<path>(?:" + Quoted + @"|[^'""])+?)\s+in\s*\[(?:\s*|" + Value + "(?:," + Value + @")*)\]$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex In();

    [GeneratedRegex(Quoted + "|" + Pattern + @"|(?:(?<deep>\.\.)|\.)(?<name>[\w-]*:[\w:-]*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rewritten();
}

/// <summary>An expression that cannot be read or evaluated.</summary>
internal sealed class JsonPathException(string message) : Exception(message);
