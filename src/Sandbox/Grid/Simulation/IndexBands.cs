namespace Pylon.Sandbox.Grid.Simulation;

/// <summary>The index of an intensity, by the bands of its year.</summary>
internal static class IndexBands
{
    private const int FirstYear = 2018;

    // The first value of low, moderate, high and very high.
    private static readonly int[][] Bands =
    [
        [80, 180, 280, 381], [60, 160, 260, 361], [55, 150, 230, 351], [50, 140, 220, 331], [45, 130, 210, 311], [40, 120, 200, 291], [35, 110, 190, 271],
        [30, 100, 180, 251], [25, 90, 170, 231], [20, 80, 160, 211], [15, 70, 150, 191], [10, 60, 140, 171], [5, 50, 130, 151],
    ];

    private static readonly string[] Names = ["very low", "low", "moderate", "high", "very high"];

    public static string Of(DateTimeOffset window, int intensity) =>
        Names[Bands[Math.Clamp(window.UtcDateTime.Year - FirstYear, 0, Bands.Length - 1)].Count(from => intensity >= from)];
}
