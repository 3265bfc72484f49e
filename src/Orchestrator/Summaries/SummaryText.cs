using System.Text.RegularExpressions;

namespace Pylon.Orchestrator.Summaries;

/// <summary>What a person reads of a model's answer.</summary>
internal static partial class SummaryText
{
    private const string Fence = "```";

    /// <summary>Without the fence (```json) that a model may put around its text, closed or cut off.</summary>
    public static string WithoutFence(string text)
    {
        var lines = FenceLine().Replace(text, "").Trim();
        if (lines.StartsWith(Fence, StringComparison.Ordinal))
            lines = JsonTag().Replace(lines[Fence.Length..], "").TrimStart();
        return lines.EndsWith(Fence, StringComparison.Ordinal) ? lines[..^Fence.Length].TrimEnd() : lines;
    }

    [GeneratedRegex(@"^[ \t]*```[\w-]*[ \t]*\r?(\n|\z)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FenceLine();

    // On the line of the text only this tag is told from a word.
    [GeneratedRegex(@"^json(?=\s)", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex JsonTag();
}
