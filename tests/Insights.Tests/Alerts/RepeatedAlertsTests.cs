using Pylon.Insights.Alerts;
using Pylon.Insights.Tests.Recommendations;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Alerts;

/// <summary>A critical alert is compared with those of its hotspot, however many there are and however little PostgreSQL knows of them.</summary>
public sealed class RepeatedAlertsTests
{
    private const int Hotspots = 1_000;

    // Not analysed, as when the first hotspots are found. Two alerts of each: of them the second is told again.
    private static readonly string Alerts =
        $"""
        INSERT INTO insights.entities (entity_type, entity, kind, activity_unit)
        SELECT 'supplier', 'SUP-' || n, 'factory', 'kWh' FROM generate_series(1, {Hotspots}) n;
        INSERT INTO insights.hotspots (entity_ref, entity, entity_type, kind, cause, severity, current_severity, status, basis, predicted_co2,
            baseline_co2, percent_above, score, confidence, impact_kg, first_hour, last_hour)
        SELECT entity_ref, entity, entity_type, kind, 'activity', 'critical', 'critical', 'open', 'baseline', 135, 100, 35, 1.6, 0.9, 1234, now(), now()
        FROM insights.entities;
        INSERT INTO insights.alerts (id, operator_id, hotspot_id, transition, reopened, level, message, entity, entity_type, cause, percent_above, impact_kg, hour,
            created_at, last_notice_at)
        SELECT gen_random_uuid(), operator_id, id, transition, 0, 'critical', 'A message.', entity, entity_type, cause, 35, 1234, now(), at, at
        FROM insights.hotspots, (VALUES ('opened', now() - interval '3 days'), ('escalated', now() - interval '2 days')) AS raised (transition, at);
        """;

    [Fact]
    public async Task TheNewestOfAHotspotIsFoundAmongItsOwnAlertsAlone()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        await database.Database.ExecuteAsync(Alerts);
        await using var planned = new PlannedDatabase(database.Database.ConnectionString, "insights");
        var store = new AlertStore(new TenantDatabase(planned.Source, Tenant.All));

        var now = TimeProvider.System.GetUtcNow();
        while (await store.RepeatAsync(now, TimeSpan.FromDays(1), CancellationToken.None))
        {
        }

        Assert.Equal(Hotspots, await database.Database.CountAsync("alerts WHERE last_notice_at > now() - interval '1 day' AND transition = 'escalated'"));
        Assert.Equal(Hotspots, await database.Database.CountAsync("alert_history WHERE what = 'repeated'"));
        var plans = planned.PlansOf("alert_notices");
        Assert.Equal(3, plans.Count);
        Assert.All(plans, plan => Assert.True(PlannedDatabase.MostRows(plan) <= 2 * Hotspots, plan));
    }
}
