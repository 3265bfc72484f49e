namespace Pylon.Insights.Engines;

/// <summary>What the external ML engine says of the next seven days, or why there is no answer of it that can be used.</summary>
internal abstract record MlForecast
{
    /// <summary>The days that are forecast.</summary>
    public const int Days = 7;

    private MlForecast()
    {
    }

    /// <param name="Kg">kg CO2e of each of the seven days.</param>
    /// <param name="Low">At most <paramref name="Kg"/>.</param>
    /// <param name="High">At least <paramref name="Kg"/>.</param>
    /// <param name="ModelVersion">At most 100 characters.</param>
    public sealed record Predicted(IReadOnlyList<double> Kg, IReadOnlyList<double> Low, IReadOnlyList<double> High, string ModelVersion) : MlForecast;

    /// <param name="Reason">Why, in words for the caller.</param>
    public sealed record Fallback(string Reason) : MlForecast;
}
