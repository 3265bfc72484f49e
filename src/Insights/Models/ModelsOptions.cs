using System.ComponentModel.DataAnnotations;

namespace Pylon.Insights.Models;

/// <summary>What the models take where no factor is published, and their bounds. Section Models.</summary>
internal sealed class ModelsOptions
{
    public const string Section = "Models";

    /// <summary>kg CO2e of a kilometre of a two_wheeler; without it a two_wheeler is FACTOR_UNKNOWN.</summary>
    [Range(0, 10)]
    public double? TwoWheelerKgKm { get; set; }

    /// <summary>Most calls to the external ML engine for one batch of estimates; the built-in models answer for the rest.</summary>
    [Range(1, 100_000)]
    public int MaxEngineCalls { get; set; } = 256;

    /// <summary>Calls to the external ML engine at once, for one batch.</summary>
    [Range(1, 64)]
    public int EngineCallsAtOnce { get; set; } = 8;
}
