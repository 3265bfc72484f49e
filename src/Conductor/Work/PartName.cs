using System.Globalization;

namespace Pylon.Conductor.Work;

/// <summary>The name of a part: part-1, part-2 and so on, which is its entity id in reports.</summary>
internal static class PartName
{
    private const string Prefix = "part-";

    public static string Of(int number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number}");

    /// <summary>Null when the text is no such name.</summary>
    public static int? Read(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : null;
}
