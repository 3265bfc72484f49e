using Npgsql;
using Pylon.Insights.Alerts;
using Pylon.Postgres;

namespace Pylon.Insights.Tests.Alerts;

/// <summary>A hotspot in a test's database, and what the scan would say of it.</summary>
internal sealed record SomeHotspot(Guid Id, string Entity, string EntityType, string Cause)
{
    /// <summary>The time of the test: an alert of a fixed date would be repeated a day later by a service that goes by the real clock.</summary>
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());

    private const string Insert =
        """
        WITH e AS (
            INSERT INTO entities (entity_type, entity, kind, activity_unit) VALUES ($3, $2, 'factory', 'kWh')
            ON CONFLICT (operator_id, entity_type, entity, kind) DO UPDATE SET kind = 'factory' RETURNING entity_ref)
        INSERT INTO hotspots (id, entity_ref, entity, entity_type, kind, cause, severity, current_severity, status, basis, predicted_co2,
            baseline_co2, percent_above, score, confidence, impact_kg, first_hour, last_hour)
        SELECT $1, entity_ref, $2, $3, 'factory', $4, 'critical', 'critical', 'open', 'baseline', 135.2, 100, 35.2, 1.6, 0.9, 1234.56,
            '2026-11-26T04:00Z', '2026-11-26T05:00Z' FROM e
        """;

    public static async Task<SomeHotspot> AddAsync(
        NpgsqlDataSource database, string entity = "SUP-001", string entityType = "supplier", string cause = "activity")
    {
        var id = Guid.NewGuid();
        await database.ExecuteAsync(Insert, CancellationToken.None, id, entity, entityType, cause);
        return new SomeHotspot(id, entity, entityType, cause);
    }

    public HotspotNotice Notice(string transition, string level = "critical", int reopened = 0, DateTimeOffset? at = null) => new()
    {
        HotspotId = Id,
        Transition = transition,
        Level = level,
        Entity = Entity,
        EntityType = EntityType,
        Cause = Cause,
        PercentAbove = 35.2,
        ImpactKg = 1234.56,
        Hour = new DateTimeOffset(2026, 11, 26, 5, 0, 0, TimeSpan.Zero),
        Reopened = reopened,
        At = at ?? Now,
    };

    /// <summary>Makes the transition's changes of alerts, as the scan does.</summary>
    public static async Task ApplyAsync(NpgsqlDataSource database, params HotspotNotice[] notices)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var command in notices.SelectMany(AlertRaiser.For))
            batch.BatchCommands.Add(command);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }
}
