namespace Pylon.Insights.Intensity;

/// <summary>The carbon intensity of a region on one day, UTC.</summary>
/// <param name="Grams">gCO2/kWh of each half hour; null where there is none.</param>
/// <param name="Synthetic">Which of them are synthetic.</param>
/// <param name="ReadAt">When it was read.</param>
internal sealed record DayValues(decimal?[] Grams, bool[] Synthetic, DateTimeOffset ReadAt)
{
    public const int HalfHours = 48;
}
