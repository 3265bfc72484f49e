namespace Pylon.Insights.Episodes;

/// <summary>How the score of an hour with the activity A is computed, where E is expected. The setting HOTSPOT_BASIS.</summary>
internal enum HotspotBasis
{
    /// <summary>(A - E) / band.</summary>
    Band,

    /// <summary>(A - E) / E.</summary>
    Excess,

    /// <summary>A / E.</summary>
    Ratio,
}
