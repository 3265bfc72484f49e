namespace Pylon.Orchestrator.Workloads;

/// <summary>Text of others as the database takes it.</summary>
internal static class StorableText
{
    /// <summary>The beginning of a text, without half a surrogate pair.</summary>
    public static string Shortened(string text, int longest) =>
        text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];

    /// <summary>The same with spaces for control characters other than line breaks and tabs, as is_text in the migrations asks.</summary>
    public static string Printable(string text, int longest) =>
        Shortened(string.Create(text.Length, text, static (to, from) =>
        {
            for (var i = 0; i < from.Length; i++)
                to[i] = char.IsControl(from[i]) && from[i] is not ('\n' or '\r' or '\t') ? ' ' : from[i];
        }), longest);
}
