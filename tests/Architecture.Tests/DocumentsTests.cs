using System.Text.RegularExpressions;

namespace Pylon.Architecture.Tests;

/// <summary>Documents lead somewhere.</summary>
public partial class DocumentsTests
{
    [Fact]
    public void LinksBetweenDocumentsLeadToFiles()
    {
        var broken =
            from document in Documents()
            from link in Link().Matches(File.ReadAllText(document)).Select(match => match.Groups["path"].Value)
            where !Path.Exists(Path.Combine(Path.GetDirectoryName(document)!, link))
            select $"{Path.GetRelativePath(Checkout.Directory, document)}: {link}";

        Expect.None("A link in a document leads to a file of the repository.", broken);
    }

    private static IEnumerable<string> Documents() =>
        from folder in (string[])[".", "docs", "src"]
        from file in Directory.EnumerateFiles(Path.Combine(Checkout.Directory, folder), "*.md", folder == "." ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories)
        select file;

    [GeneratedRegex(@"\]\((?<path>(?!https?:)[^)#\s]+)")]
    private static partial Regex Link();
}
