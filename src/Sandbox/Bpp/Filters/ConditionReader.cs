namespace Pylon.Sandbox.Bpp.Filters;

/// <summary>
/// Reads a condition by descent: <c>or := and {'||' and}</c>, <c>and := not {'&amp;&amp;' not}</c>, <c>not := '!' not | '(' or ')' | comparison</c>.
/// Length, number of comparisons and depth are bounded.
/// </summary>
internal sealed class ConditionReader(string text)
{
    private const int DeepestNesting = 50;
    private int _at;
    private int _comparisons;
    private int _depth;

    public FilterExpression Read()
    {
        var condition = ReadOr();
        SkipSpaces();
        return _at == text.Length ? condition : throw Unexpected();
    }

    private FilterExpression ReadOr()
    {
        if (++_depth > DeepestNesting)
            throw new JsonPathException($"the condition must be nested at most {DeepestNesting} deep");
        var left = ReadAnd();
        while (Take("||"))
            left = new FilterExpression.Or(left, ReadAnd());
        _depth--;
        return left;
    }

    private FilterExpression ReadAnd()
    {
        var left = ReadNot();
        while (Take("&&"))
            left = new FilterExpression.And(left, ReadNot());
        return left;
    }

    private FilterExpression ReadNot()
    {
        var negations = 0;
        while (Take("!"))
            negations++;
        FilterExpression condition;
        if (Take("("))
        {
            condition = ReadOr();
            if (!Take(")"))
                throw Unexpected();
        }
        else
        {
            condition = ReadComparison();
        }

        return negations % 2 == 0 ? condition : new FilterExpression.Not(condition);
    }

    private FilterExpression ReadComparison()
    {
        var start = _at;
        var inAt = -1;
        while (_at < text.Length && !IsEnd())
        {
            if (inAt < 0 && IsWordIn())
                inAt = _at;
            _at = text[_at] switch
            {
                '\'' or '"' => JsonPathRewriter.SkipQuoted(text, _at),
                '/' => SkipPattern(),
                '[' => SkipBrackets(),
                _ => _at + 1,
            };
        }
        var comparison = text[start.._at].Trim();
        if (comparison.Length == 0)
            throw Unexpected();
        return inAt < 0 ? Leaf(comparison) : Alternatives(text[start..inAt].Trim(), text[(inAt + 2).._at].Trim());
    }

    private FilterExpression Alternatives(string path, string list)
    {
        if (path.Length == 0 || !list.StartsWith('[') || !list.EndsWith(']'))
            throw new JsonPathException("'in' needs a path before it and a list in square brackets after it");
        FilterExpression? any = null;
        foreach (var value in Values(list[1..^1]))
        {
            var one = Leaf($"{path} == {value}");
            any = any is null ? one : new FilterExpression.Or(any, one);
        }
        return any ?? new FilterExpression.Not(new FilterExpression.All());
    }

    private FilterExpression.Leaf Leaf(string comparison) => ++_comparisons <= FilterExpression.MostComparisons
        ? new FilterExpression.Leaf($"$[?({JsonPathRewriter.Rewrite(comparison)})]")
        : throw new JsonPathException($"the condition must have at most {FilterExpression.MostComparisons} comparisons");

    private static IEnumerable<string> Values(string list)
    {
        var start = 0;
        for (var i = 0; i <= list.Length; i = i < list.Length && list[i] is '\'' or '"' ? JsonPathRewriter.SkipQuoted(list, i) : i + 1)
        {
            if (i < list.Length && list[i] != ',')
                continue;
            var value = list[start..i].Trim();
            start = i + 1;
            if (value.Length > 0)
                yield return value;
            else if (i < list.Length || start > 1 && list.Trim().Length > 0)
                throw new JsonPathException("the list after 'in' must not have an empty element");
        }
    }

    private bool IsEnd() => text[_at] == ')' || At("&&") || At("||");

    private bool IsWordIn() => At("in") && _at > 0 && char.IsWhiteSpace(text[_at - 1])
        && _at + 2 < text.Length && (text[_at + 2] == '[' || char.IsWhiteSpace(text[_at + 2]));

    private int SkipBrackets()
    {
        var open = 0;
        for (var i = _at; i < text.Length;)
        {
            if (text[i] is '\'' or '"')
            {
                i = JsonPathRewriter.SkipQuoted(text, i);
                continue;
            }
            open += text[i] switch { '[' => 1, ']' => -1, _ => 0 };
            i++;
            if (open == 0)
                return i;
        }
        throw new JsonPathException("every square bracket must be closed");
    }

    /// <summary>A pattern /.../ is allowed only after the operator =~.</summary>
    private int SkipPattern() => text[.._at].TrimEnd().EndsWith("=~", StringComparison.Ordinal) ? JsonPathRewriter.SkipQuoted(text, _at) : _at + 1;

    private bool Take(string sign)
    {
        SkipSpaces();
        if (!At(sign))
            return false;
        _at += sign.Length;
        return true;
    }

    private bool At(string sign) => string.CompareOrdinal(text, _at, sign, 0, sign.Length) == 0;

    private void SkipSpaces()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
    }

    private JsonPathException Unexpected() => new(_at < text.Length
        ? $"'{text[_at]}' was not expected at position {_at} of the condition"
        : "the condition is incomplete");
}
