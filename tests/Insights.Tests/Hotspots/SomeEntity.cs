using System.Globalization;

namespace Pylon.Insights.Tests.Hotspots;

/// <summary>An entity with hours of activity, as the events of a real one would have made them.</summary>
internal sealed record SomeEntity(InsightsDatabase Database, long Ref, string Name)
{
    /// <summary>kg CO2e for each unit.</summary>
    public const double Factor = 0.2;

    public static async Task<SomeEntity> CreateAsync(InsightsDatabase database, string name = "PLANT-1", string kind = "factory", string type = "factory", int? region = 13)
    {
        var entity = await database.Database.ScalarAsync<long>(
            $"""
            INSERT INTO insights.entities (entity_type, entity, kind, activity_unit, region_id)
            VALUES ('{type}', '{name}', '{kind}', 'kWh', {region?.ToString(CultureInfo.InvariantCulture) ?? "NULL"}) RETURNING entity_ref
            """);
        return new SomeEntity(database, entity, name);
    }

    /// <summary>Sets the hours from one on.</summary>
    public Task SetAsync(DateTimeOffset from, params IEnumerable<double> activity) => SetAsync(from, Factor, activity);

    /// <inheritdoc cref="SetAsync(DateTimeOffset, IEnumerable{double})"/>
    public async Task SetAsync(DateTimeOffset from, double factor, IEnumerable<double> activity)
    {
        var rows = activity.Select((value, n) => string.Create(
            CultureInfo.InvariantCulture, $"({Ref}, '{from.AddHours(n).UtcDateTime:O}', {value}, {value * factor}, 1, 1)"));
        await Database.Database.ExecuteAsync(
            $"""
            INSERT INTO insights.hourly_rollups (entity_ref, hour, activity, co2_kg, events, max_event_seq) VALUES {string.Join(", ", rows)}
            ON CONFLICT (entity_ref, hour) DO UPDATE SET (activity, co2_kg, changed_by) = (excluded.activity, excluded.co2_kg, pg_current_xact_id())
            """);
    }

    /// <summary>Weeks of 100 in each hour, with a small spread, that end before an hour.</summary>
    public Task SetNormalAsync(DateTimeOffset end, int weeks = 8) =>
        SetAsync(end.AddDays(-7 * weeks), Enumerable.Range(0, weeks * 168).Select(n => 100.0 + ((n / 168) % 3) - 1));
}
