namespace Pylon.Cli.Imports;

/// <summary>Numbers in sentences.</summary>
internal static class Words
{
    /// <summary>1 line, 2 lines.</summary>
    public static string Count(long count, string noun) => $"{count:#,0} {noun}{(count == 1 ? "" : "s")}";
}
