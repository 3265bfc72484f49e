using System.Text.RegularExpressions;

namespace Pylon.Insights.Recommendations;

/// <summary>Text of others as it is stored and shown.</summary>
internal static partial class StoredText
{
    // Longer text is cut before it is searched.
    private const int Longest = 10_000;

    [GeneratedRegex("<[^<>]*>|[<>]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Markup { get; }

    [GeneratedRegex(@"[\s\p{C}]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Unseen { get; }

    /// <summary>Without markup, control characters and runs of spaces; at most so many characters, and no half of a surrogate pair.</summary>
    public static string Plain(string text, int longest)
    {
        var plain = Unseen.Replace(Markup.Replace(Cut(text, Longest), " "), " ").Trim();
        return Cut(plain, longest).TrimEnd();
    }

    private static string Cut(string text, int longest) =>
        text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];
}
