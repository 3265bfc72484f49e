namespace Pylon.Ingestion.Forecasts;

/// <summary>A row of issued_forecasts: one kind of forecast as it was known at its origin. Lists by hour, null where there is none.</summary>
/// <param name="Origin">The start of the first hour.</param>
/// <param name="Model">published, or one of the models.</param>
/// <param name="HalfWidth80">Half the width of the 80 % band.</param>
internal sealed record IssuedForecast(
    DateTimeOffset Origin, string Model, IReadOnlyList<float?> Values, IReadOnlyList<float?> HalfWidth80, IReadOnlyList<float?> HalfWidth95)
{
    /// <summary>The model of what a source published.</summary>
    public const string Published = "published";

    /// <summary>Between two origins.</summary>
    public const int EveryHours = 6;
}
