namespace Pylon.Insights.Episodes;

/// <summary>The words of the wire and of the tables for levels.</summary>
internal static class LevelWords
{
    /// <summary>info, warn or critical; null for a normal hour.</summary>
    public static string? Word(this Level level) => level switch
    {
        Level.Info => "info",
        Level.Warn => "warn",
        Level.Critical => "critical",
        _ => null,
    };

    /// <summary>Normal for any other word, and for none.</summary>
    public static Level Parse(string? word) => word switch
    {
        "info" => Level.Info,
        "warn" => Level.Warn,
        "critical" => Level.Critical,
        _ => Level.Normal,
    };
}
