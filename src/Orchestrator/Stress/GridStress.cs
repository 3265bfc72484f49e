namespace Pylon.Orchestrator.Stress;

/// <summary>How near the demand of Great Britain is to the most that it reaches, 0 to 1. Pure.</summary>
/// <param name="FromMw">The demand that is no stress.</param>
/// <param name="ToMw">The demand that is full stress.</param>
internal sealed record GridStress(double FromMw, double ToMw)
{
    /// <summary>Three decimals; null when the demand is not known.</summary>
    public double? Of(double? demandMw) =>
        demandMw is { } demand ? Math.Round(Math.Clamp((demand - FromMw) / (ToMw - FromMw), 0, 1), 3) : null;
}
