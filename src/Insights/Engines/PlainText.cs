using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pylon.Insights.Engines;

/// <summary>Makes plain text of a text of others: one line without control characters and markup. Pure.</summary>
internal static partial class PlainText
{
    // Beyond it nothing is read, so that no text is long work.
    private const int LongestRead = 4_000;
    private const int MostRounds = 8;

    /// <summary>The text without tags, Markdown marks, control and invisible characters, and at most <paramref name="longest"/> characters.</summary>
    public static string Of(string text, int longest)
    {
        text = Visible(text.Length > LongestRead ? text[..LongestRead] : text);
        // A tag may be hidden in a tag.
        for (var round = 0; round < MostRounds && Tag().IsMatch(text); round++)
            text = Tag().Replace(text, " ");
        text = OpenTag().Replace(text, "");
        text = Link().Replace(text, "${words}");
        text = Mark().Replace(text, "");
        return Cut(Space().Replace(text, " ").Trim(), longest);
    }

    // Format characters turn the direction of writing or hide letters; half a surrogate pair cannot be stored.
    private static string Visible(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator:
                    visible.Append(' ');
                    break;
                case UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate:
                    break;
                default:
                    if (rune != Rune.ReplacementChar)
                        visible.Append(rune.ToString());
                    break;
            }
        }

        return visible.ToString();
    }

    private static string Cut(string text, int longest)
    {
        if (text.Length <= longest)
            return text;
        var end = longest - 1;
        if (char.IsHighSurrogate(text[end - 1]))
            end--;
        return text[..end].TrimEnd() + "…";
    }

    [GeneratedRegex("<[A-Za-z/!?][^<>]*>", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tag();

    [GeneratedRegex("<(?=[A-Za-z/!?])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OpenTag();

    [GeneratedRegex(@"!?\[(?<words>[^\[\]]*)\]\([^()]*\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"\*\*|__|`+|(?:^|\s)#{1,6}\s", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mark();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Space();
}
