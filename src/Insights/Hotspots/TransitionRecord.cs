using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using Pylon.Events.V1;
using Pylon.Insights.Alerts;
using Pylon.Insights.Audit;
using Pylon.Insights.Episodes;
using Pylon.Insights.Publishing;
using Pylon.Postgres;

namespace Pylon.Insights.Hotspots;

/// <summary>
/// What goes with every transition of a hotspot, in its transaction and after its row: history, audit, event and alert. The
/// one place that raises alerts.
/// </summary>
internal sealed record TransitionRecord
{
    private const string Insert =
        """
        INSERT INTO hotspot_transitions (hotspot_id, transition, severity, score, percent_above, hour, user_id, note, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    public required Guid HotspotId { get; init; }

    public required Guid OperatorId { get; init; }

    public required string Entity { get; init; }

    public required string EntityType { get; init; }

    public required string Cause { get; init; }

    /// <summary>See <see cref="Episodes.Transition"/>.</summary>
    public required string Transition { get; init; }

    public required string Severity { get; init; }

    /// <summary>After the transition.</summary>
    public required string Status { get; init; }

    public required double Score { get; init; }

    public required double PercentAbove { get; init; }

    public required double ImpactKg { get; init; }

    public required DateTimeOffset Hour { get; init; }

    public required int Reopened { get; init; }

    public required DateTimeOffset At { get; init; }

    public string UserId { get; init; } = "";

    public string Note { get; init; } = "";

    public DateTimeOffset? Until { get; init; }

    /// <summary>True when alerts follow it.</summary>
    public bool IsAlerting { get; init; } = true;

    public IEnumerable<NpgsqlBatchCommand> Statements()
    {
        yield return Sql.Statement(Insert, HotspotId, Transition, Severity, Score, PercentAbove, Sql.Time(Hour), UserId, Note, Sql.Time(At));
        yield return AuditLog.Entry($"hotspot_{Transition}", "hotspot", HotspotId.ToString(), UserId, Note, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["entity"] = Entity,
            ["entity_type"] = EntityType,
            ["cause"] = Cause,
            ["severity"] = Severity,
            ["status"] = Status,
            ["hour"] = Hour.UtcDateTime.ToString("O"),
            ["until"] = Until?.UtcDateTime.ToString("O"),
        });
        if (Event() is { } published)
            yield return InsightsEvents.Append(HotspotId, HotspotId.ToString(), published);
        if (!IsAlerting)
            yield break;
        foreach (var alert in AlertRaiser.For(Notice()))
            yield return alert;
    }

    private HotspotNotice Notice() => new()
    {
        HotspotId = HotspotId,
        OperatorId = OperatorId,
        Transition = Transition,
        Level = Severity,
        Entity = Entity,
        EntityType = EntityType,
        Cause = Cause,
        PercentAbove = PercentAbove,
        ImpactKg = ImpactKg,
        Hour = Hour,
        Reopened = Reopened,
        At = At,
        UserId = UserId,
        Note = Note,
        Until = Until,
    };

    // Null for a watched hotspot.
    private IMessage? Event()
    {
        var facts = new HotspotFacts
        {
            Id = HotspotId.ToString(),
            Entity = Entity,
            EntityType = EntityType,
            Cause = Cause,
            Severity = Severity,
            Status = Status,
            PercentAbove = PercentAbove,
            ImpactKg = ImpactKg,
            Hour = Hour.ToTimestamp(),
            Reopened = Reopened,
            UserId = UserId,
        };
        return Transition switch
        {
            Episodes.Transition.Opened => new HotspotOpened { Hotspot = facts },
            Episodes.Transition.Escalated => new HotspotEscalated { Hotspot = facts },
            Episodes.Transition.Acknowledged => new HotspotAcknowledged { Hotspot = facts },
            Episodes.Transition.Resolved or Episodes.Transition.AcceptedAsNormal => new HotspotResolved { Hotspot = facts },
            Episodes.Transition.Reopened => new HotspotReopened { Hotspot = facts },
            Episodes.Transition.Flapping => new HotspotFlapping { Hotspot = facts },
            Episodes.Transition.Ignored => new HotspotIgnored { Hotspot = facts },
            _ => null,
        };
    }
}
