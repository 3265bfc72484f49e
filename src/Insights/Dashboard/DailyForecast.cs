namespace Pylon.Insights.Dashboard;

/// <summary>The emissions of today and the six days after.</summary>
/// <param name="Model">What computed it.</param>
/// <param name="Kg">kg CO2e of each day.</param>
/// <param name="Low">With <paramref name="High"/> the 80 % band; null when too few errors are known.</param>
/// <param name="High">See <paramref name="Low"/>.</param>
/// <param name="Notes">What the reader must know, in sentences.</param>
internal sealed record DailyForecast(string Model, double[] Kg, double[]? Low, double[]? High, IReadOnlyList<string> Notes)
{
    /// <summary>The days that are forecast.</summary>
    public const int Days = 7;

    /// <summary>The share of what comes that lies in the band.</summary>
    public const double Level = 0.8;
}
