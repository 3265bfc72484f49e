using System.Text.RegularExpressions;

namespace Pylon.Architecture.Tests;

/// <summary>docs/security.md names tests that exist, for each risk of the list.</summary>
public partial class SecurityDocumentTests
{
    private static string Text => File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "security.md"));

    [Fact]
    public void EachTestThatIsNamedExists()
    {
        var tests = Directory.EnumerateFiles(Path.Combine(Checkout.Directory, "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension).ToHashSet(StringComparer.Ordinal);

        Expect.None("A test that docs/security.md names is a file under tests.", Name().Matches(Text).Select(match => match.Value).Where(name => !tests.Contains(name)));
    }

    [Fact]
    public void EachRiskHasALine() =>
        Expect.None("The table has a line for each risk of the OWASP API Top 10.", Enumerable.Range(1, 10).Select(n => $"| API{n} ").Where(row => !Text.Contains(row, StringComparison.Ordinal)));

    [GeneratedRegex("[A-Z][A-Za-z]+Tests")]
    private static partial Regex Name();
}
