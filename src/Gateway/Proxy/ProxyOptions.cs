using System.ComponentModel.DataAnnotations;

namespace Pylon.Gateway.Proxy;

/// <summary>Settings <c>Proxy:*</c>: how calls go on to the services.</summary>
internal sealed class ProxyOptions
{
    public const string Section = "Proxy";

    /// <summary>The longest wait of a native call for a connection to a service.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// A native call with no byte in either direction for so long is ended. A watch may be silent for hours; that its
    /// connection is alive is seen by the keep-alive pings.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan ActivityTimeout { get; init; } = TimeSpan.FromDays(1);

    /// <summary>A native call that is not a stream and has no deadline ends after so long.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan UnaryTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>When an instance that failed is tried again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan ReactivationPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For a service to say that it is healthy.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan HealthTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
