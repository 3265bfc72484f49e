using System.ComponentModel.DataAnnotations;

namespace Pylon.Gateway.Transcoding;

/// <summary>Settings <c>Transcoding:*</c> of the REST face.</summary>
internal sealed class TranscodingOptions
{
    public const string Section = "Transcoding";

    /// <summary>Of a request; for a stream of messages, of each line.</summary>
    [Range(1, 64 * 1024 * 1024)]
    public int MaxBodyBytes { get; init; } = 1024 * 1024;

    /// <summary>How deep the JSON of a request may be nested.</summary>
    [Range(1, 1000)]
    public int MaxJsonDepth { get; init; } = 64;

    /// <summary>For a call that is not a stream, when the caller sets no deadline.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan DefaultTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A longer deadline than this is cut to it, except that of a stream.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan MaxTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a stream may take for its first message before the answer is begun without it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan StreamStart { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Between the comments that keep an idle event stream open.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);
}
