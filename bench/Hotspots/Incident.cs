namespace Pylon.Bench.Hotspots;

/// <summary>What was done to an entity's activity.</summary>
/// <param name="Type">spike, shift, creep, ramp or dropout.</param>
/// <param name="Start">Its first hour.</param>
/// <param name="End">The hour after its last.</param>
internal sealed record Incident(string Type, int Start, int End)
{
    private const int Grace = 6;

    /// <summary>A drop-out is no hotspot.</summary>
    public bool Counts => Type != "dropout";

    /// <summary>True for an opening that is right for it.</summary>
    public bool Has(int opening) => opening >= Start && opening < End + Grace;
}
