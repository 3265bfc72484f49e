using System.Text;
using Google.Protobuf.Reflection;

namespace Pylon.Cli.Output;

/// <summary>Counts and names in sentences.</summary>
internal static class Words
{
    public const string None = "–";

    /// <summary>1 line, 2 lines.</summary>
    public static string Count(long count, string noun) => $"{count:#,0} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>The value of an enum: <c>pending user choice</c>. A dash for an absent one; a newer one than this program knows by its number.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        if (name == "Unspecified")
            return None;
        if (char.IsAsciiDigit(name[0]) || name[0] == '-')
            return $"unknown ({name})";
        var words = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && words.Length > 0)
                words.Append(' ');
            words.Append(char.ToLowerInvariant(letter));
        }

        return words.ToString();
    }

    /// <summary>The same of a value whose type is known by its descriptor only.</summary>
    public static string OfProto(EnumDescriptor type, int number)
    {
        const string First = "UNSPECIFIED";
        if (type.FindValueByNumber(number)?.Name is not { } name)
            return $"unknown ({number})";
        var prefix = type.FindValueByNumber(0)?.Name is { } zero && zero.EndsWith(First, StringComparison.Ordinal) ? zero[..^First.Length] : "";
        return number == 0 && prefix.Length > 0 ? None : Of((name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name).ToLowerInvariant());
    }

    /// <summary>The value with this name: <c>carbon-intensity</c>.</summary>
    public static T Read<T>(string text)
        where T : struct, Enum => Enum.Parse<T>(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);

    /// <summary>A word of the API as a person writes it: <c>no effect</c> for no_effect.</summary>
    public static string Of(string word) => word.Length == 0 ? None : word.Replace('_', ' ');
}
