namespace Pylon.Insights.Episodes;

/// <summary>How far an hour is from normal.</summary>
internal enum Level
{
    Normal,
    Info,
    Warn,
    Critical,
}
