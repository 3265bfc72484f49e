using System.ComponentModel.DataAnnotations;

namespace Pylon.Ingestion.Clients;

/// <summary>Where the sources are and how often they are read. Section Sources.</summary>
internal sealed class SourcesOptions
{
    /// <summary>False turns the schedule off; RunPipeline still works.</summary>
    public bool Scheduled { get; set; } = true;

    /// <summary>Time between two ingestion runs of a source.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>After how long a source that failed, wholly or in part, is read again; not longer than the interval.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RetryInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The Carbon Intensity API.</summary>
    [Required]
    public Uri CarbonIntensityBaseUrl { get; set; } = new("https://api.carbonintensity.org.uk");

    /// <summary>NESO's data portal (CKAN actions).</summary>
    [Required]
    public Uri NesoBaseUrl { get; set; } = new("https://api.neso.energy/api/3/action");

    /// <summary>Elexon's Insights API.</summary>
    [Required]
    public Uri ElexonBaseUrl { get; set; } = new("https://data.elexon.co.uk/bmrs/api/v1");

    /// <summary>For one attempt of one request.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:02:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The first pause before an attempt is repeated; each is twice as long as the one before.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan RetryPause { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long no request is sent to a source after most of them failed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:05:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two requests to NESO's datastore, which asks for no more than two a minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan NesoDatastorePause { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two other requests to one source.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan RequestPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A source that has not been read for longer is stale.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromHours(2);
}
