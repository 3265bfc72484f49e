using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pylon.Ingestion.V1;
using Pylon.Insights.Intensity;

namespace Pylon.Insights.Tests.Intensity;

/// <summary>A reader of carbon intensities on a given Ingestion.</summary>
internal static class Intensities
{
    public static GridIntensities Of(SeriesService.SeriesServiceClient ingestion, TimeProvider time, IntensityOptions? options = null)
    {
        var wrapped = Options.Create(options ?? new IntensityOptions());
        return new GridIntensities(ingestion, new DayCache(wrapped, time), wrapped, time, NullLogger<GridIntensities>.Instance);
    }
}
