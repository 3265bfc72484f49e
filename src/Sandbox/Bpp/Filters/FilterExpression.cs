namespace Pylon.Sandbox.Bpp.Filters;

/// <summary>
/// The condition of a discover filter as a tree. Newtonsoft has no brackets in conditions and reads <c>a &amp;&amp; b || c</c> from
/// the right, so this type holds the and/or/not structure and Newtonsoft evaluates single comparisons, each as its own
/// path over the array of items. <c>x in ['a', 'b']</c> becomes the alternatives <c>x == 'a'</c> and <c>x == 'b'</c>.
/// </summary>
internal abstract record FilterExpression
{
    public const int LongestExpression = 2_000;
    public const int MostComparisons = 100;

    public sealed record All : FilterExpression;
    public sealed record Leaf(string Path) : FilterExpression;
    public sealed record Not(FilterExpression Inner) : FilterExpression;
    public sealed record And(FilterExpression Left, FilterExpression Right) : FilterExpression;
    public sealed record Or(FilterExpression Left, FilterExpression Right) : FilterExpression;

    /// <summary>Reads <c>$[?(condition)]</c>, <c>$[?condition]</c>, or <c>$</c> and <c>$[*]</c> for everything.</summary>
    public static FilterExpression Parse(string expression)
    {
        if (expression.Length > LongestExpression)
            throw new JsonPathException($"the expression must have at most {LongestExpression} characters; it has {expression.Length}");
        var text = expression.Trim();
        if (text is "$" or "$[*]" or "$.*")
            return new All();
        if (!text.StartsWith('$') || !text[1..].TrimStart().StartsWith("[?", StringComparison.Ordinal) || !text.EndsWith(']'))
            throw new JsonPathException("the expression must have the form $[?(condition)]");
        return new ConditionReader(text[(text.IndexOf("[?", StringComparison.Ordinal) + 2)..^1]).Read();
    }
}
