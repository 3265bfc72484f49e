using System.Text.RegularExpressions;

namespace Pylon.Architecture.Tests.Deploy;

/// <summary>The names of series in an expression of Prometheus.</summary>
internal static partial class Promql
{
    private static readonly HashSet<string> Words = ["by", "without", "offset", "and", "or", "unless", "on", "ignoring", "group_left", "group_right", "bool"];

    public static IEnumerable<string> Metrics(string expression) =>
        Name().Matches(Noise().Replace(expression, " ")).Where(match => !match.Groups["call"].Success).Select(match => match.Groups["name"].Value).Where(name => !Words.Contains(name)).Distinct();

    // Labels in braces, and those to group by; ranges; texts.
    [GeneratedRegex("""\{[^}]*\}|\b(?:by|without|on|ignoring)\s*\([^)]*\)|\[[^\]]*\]|"[^"]*"|\boffset\s+\w+|\b\d[\w.]*""")]
    private static partial Regex Noise();

    [GeneratedRegex(@"(?<![\w.])(?<name>[a-zA-Z_:][\w:]*)(?<call>\s*\()?")]
    private static partial Regex Name();
}
