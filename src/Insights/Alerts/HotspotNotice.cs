namespace Pylon.Insights.Alerts;

/// <summary>A transition of a hotspot, with what an alert about it says.</summary>
internal sealed record HotspotNotice
{
    public required Guid HotspotId { get; init; }

    /// <summary>The tenant; zeros are the built-in operator.</summary>
    public Guid OperatorId { get; init; }

    /// <summary>A word of hotspot_transitions.</summary>
    public required string Transition { get; init; }

    /// <summary>info, warn or critical: the severity of the hotspot.</summary>
    public required string Level { get; init; }

    public required string Entity { get; init; }

    /// <summary>supplier, route, factory, warehouse, data_centre or region.</summary>
    public required string EntityType { get; init; }

    /// <summary>activity, efficiency, grid, factor or data.</summary>
    public required string Cause { get; init; }

    /// <summary>Per cent of what is normal; not finite when nothing is normal.</summary>
    public required double PercentAbove { get; init; }

    /// <summary>Over the episode, kg CO2e above what is normal.</summary>
    public required double ImpactKg { get; init; }

    /// <summary>The start of the hour that was judged.</summary>
    public required DateTimeOffset Hour { get; init; }

    /// <summary>How often the hotspot was re-opened, with this time.</summary>
    public required int Reopened { get; init; }

    /// <summary>Now.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who did it; empty for the scan.</summary>
    public string UserId { get; init; } = "";

    /// <summary>In that person's words.</summary>
    public string Note { get; init; } = "";

    /// <summary>Of acknowledged and ignored: how long it holds; null until it is resolved.</summary>
    public DateTimeOffset? Until { get; init; }
}
