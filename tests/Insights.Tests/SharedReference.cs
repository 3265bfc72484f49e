using nietras.SeparatedValues;

namespace Pylon.Insights.Tests;

/// <summary>
/// Files that are not ours to ship: they lie in shared/reference beside the checkout. Without them the tests that read them
/// have nothing to check and pass.
/// </summary>
internal static class SharedReference
{
    /// <summary>The cells of each line below the header of a CSV file; null when it is not there.</summary>
    public static List<string[]>? Cells(params string[] path)
    {
        if (Lines(path) is not { } lines)
            return null;
        using var reader = Sep.New(',').Reader(options => options with { Unescape = true }).FromText(string.Join('\n', lines));
        var rows = new List<string[]>();
        foreach (var row in reader)
            rows.Add(row[..].ToStringsArray());
        return rows;
    }

    /// <summary>Null when the file is not there.</summary>
    public static string[]? Lines(params string[] path)
    {
        for (var up = new DirectoryInfo(AppContext.BaseDirectory); up is not null; up = up.Parent)
        {
            var file = Path.Combine([up.FullName, "shared", "reference", .. path]);
            if (File.Exists(file))
                return File.ReadAllLines(file);
        }

        return null;
    }
}
