namespace Pylon.Architecture.Tests;

/// <summary>docs/settings.md is made from the options, and says all of them.</summary>
public class SettingsTests
{
    private const string Rewrite = "PYLON_WRITE_DOCS";
    private static readonly string Path = System.IO.Path.Combine(Checkout.Directory, "docs", "settings.md");

    [Fact]
    public async Task SettingsDocumentIsUpToDate()
    {
        var text = await File.ReadAllTextAsync(Path);

        var expected = SettingsDocument.Render(text, SettingsDocument.Sections());

        if (Environment.GetEnvironmentVariable(Rewrite) is { Length: > 0 })
            await File.WriteAllTextAsync(Path, expected);
        else
            Assert.True(text == expected, $"docs/settings.md differs from the options. Write it anew: {Rewrite}=1 ./pylon test Architecture");
    }

    [Fact]
    public void EverySettingHasAComment()
    {
        var bare =
            from section in SettingsDocument.Sections()
            from setting in section.Settings
            where setting.Meaning.Length == 0
            select $"{section.Options.FullName}.{setting.Name}";

        Expect.None("A setting has a comment that says what it means.", bare);
    }

    [Fact]
    public async Task EveryEnvironmentVariableIsDocumented()
    {
        var text = await File.ReadAllTextAsync(Path);

        Expect.None(
            "A variable that the code reads is in docs/settings.md.",
            SettingsDocument.EnvironmentVariables().Where(name => !text.Contains($"`{name}`", StringComparison.Ordinal)));
    }
}
