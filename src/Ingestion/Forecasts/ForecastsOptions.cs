using System.ComponentModel.DataAnnotations;

namespace Pylon.Ingestion.Forecasts;

/// <summary>The accuracy of forecasts. Section Forecasts.</summary>
internal sealed class ForecastsOptions
{
    /// <summary>False turns the hourly measurement off.</summary>
    public bool Measured { get; set; } = true;

    /// <summary>After how long a series whose accuracy could not be measured is tried again; at the next full hour if that is sooner.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RetryInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the accuracy of a day is kept; GetForecastAccuracy counts at most 90 days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan KeepAccuracy { get; set; } = TimeSpan.FromDays(400);
}
