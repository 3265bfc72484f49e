using Pylon.Forecasting.Models;
using Pylon.Ingestion.Series;

namespace Pylon.Ingestion.Forecasts;

/// <summary>One half hour of a forecast.</summary>
/// <param name="Point">The value and where it comes from.</param>
/// <param name="Model">One of <see cref="ForecastModel"/> for a model's part of it; empty without.</param>
internal sealed record ForecastPoint(SeriesPoint Point, string Model, ForecastBand? Band80, ForecastBand? Band95)
{
    /// <summary>The source of what the model gives.</summary>
    public const string ModelSource = "model";

    /// <summary>Before the source of the published part of a value that is between the published and the model's.</summary>
    public const string BlendPrefix = "blend:";
}
