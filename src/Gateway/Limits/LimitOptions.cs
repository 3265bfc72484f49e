using System.ComponentModel.DataAnnotations;

namespace Pylon.Gateway.Limits;

/// <summary>
/// Settings <c>Limits:*</c>: how often a caller may call. A caller is its key, or its address while it has none. Gateways that share a
/// Redis count together.
/// </summary>
internal sealed class LimitOptions
{
    public const string Section = "Limits";

    /// <summary>True or false; not set: on with PYLON_ENVIRONMENT=Production, otherwise off.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Requests that one key may make at once.</summary>
    [Range(1, 1_000_000)]
    public int KeyBurst { get; init; } = 60;

    /// <summary>Requests that one key may make in a second, on average.</summary>
    [Range(0.01, 1_000_000)]
    public double KeyPerSecond { get; init; } = 20;

    /// <summary>Requests that one address without a key may make at once. An address of IPv6 counts with its /64.</summary>
    [Range(1, 1_000_000)]
    public int AddressBurst { get; init; } = 20;

    /// <summary>Requests that one address without a key may make in a second, on average.</summary>
    [Range(0.01, 1_000_000)]
    public double AddressPerSecond { get; init; } = 5;

    /// <summary>Callbacks that one address may send at once. A provider has no key, and answers many orders at the same time.</summary>
    [Range(1, 1_000_000)]
    public int CallbackBurst { get; init; } = 1000;

    /// <summary>Callbacks that one address may send in a second, on average.</summary>
    [Range(0.01, 1_000_000)]
    public double CallbacksPerSecond { get; init; } = 200;

    /// <summary>Workloads that one caller may submit in a minute.</summary>
    [Range(1, 1_000_000)]
    public int SubmitsPerMinute { get; init; } = 60;

    /// <summary>Streams that one caller may have open at a gateway: broadcast and watches, over REST and gRPC.</summary>
    [Range(1, 1_000_000)]
    public int Streams { get; init; } = 20;

    /// <summary>The longest wait for Redis; then a gateway counts by itself for a second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.005", "00:00:05")]
    public TimeSpan RedisWait { get; init; } = TimeSpan.FromMilliseconds(100);
}
