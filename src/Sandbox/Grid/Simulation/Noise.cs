namespace Pylon.Sandbox.Grid.Simulation;

/// <summary>Deterministic noise: a number from -1 to 1 for a series and up to two numbers (SplitMix64).</summary>
internal static class Noise
{
    public const int Weather = 1;
    public const int Issue = 2;
    public const int Meter = 3;
    public const int Demand = 4;
    public const int Price = 5;
    public const int Volume = 6;

    public static double Of(int series, long at, long of = 0)
    {
        unchecked
        {
            var z = ((ulong)at * 0x9E3779B97F4A7C15) ^ ((ulong)of * 0xC2B2AE3D27D4EB4F) ^ ((ulong)series * 0x165667B19E3779F9);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return ((z ^ (z >> 31)) >> 11) / (double)(1UL << 52) - 1;
        }
    }
}
