namespace Pylon.Architecture.Tests;

/// <summary>Assertions whose message names everything that is wrong.</summary>
internal static class Expect
{
    public static void None(string rule, IEnumerable<string> wrong)
    {
        var lines = wrong.Distinct().ToList();
        Assert.True(lines.Count == 0, $"{rule}\n{string.Join('\n', lines)}");
    }
}
