namespace Pylon.Orchestrator.GridNow;

/// <summary>How strained the grid of Great Britain is, 0 to 1, by its demand. Pure.</summary>
internal static class GridStress
{
    // As grid_stress_of in Ingestion's migrations.
    private const double NoneBelowMw = 20_000;
    private const double FullFromMw = 45_000;

    /// <summary>Three decimals; null without a demand.</summary>
    public static double? Of(double? demandMw) =>
        demandMw is { } demand ? Math.Round(Math.Clamp((demand - NoneBelowMw) / (FullFromMw - NoneBelowMw), 0, 1), 3) : null;
}
