using System.ComponentModel.DataAnnotations;

namespace Pylon.Transcoding.Requests;

/// <summary>Settings <c>Transcoding:*</c> of the REST API.</summary>
public sealed class TranscodingOptions
{
    public const string Section = "Transcoding";

    /// <summary>Limit of a request body; for a client stream, of each line.</summary>
    [Range(1, 64 * 1024 * 1024)]
    public int MaxBodyBytes { get; init; } = 1024 * 1024;

    /// <summary>Limit of nesting in the JSON of a request.</summary>
    [Range(1, 1000)]
    public int MaxJsonDepth { get; init; } = 64;

    /// <summary>Timeout of a unary call whose caller sets no deadline.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan DefaultTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest timeout of a unary call; a longer deadline is reduced to it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan MaxTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a stream waits for its first message before it sends the response headers without one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan StreamStart { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time between the comments that keep an idle event stream open.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);
}
