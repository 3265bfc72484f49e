using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Pylon.Insights.Tests.Engines;
using Pylon.Insights.V1;
using Pylon.Rpc;

namespace Pylon.Insights.Tests.Dashboard;

public sealed class EmissionServiceTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 10, 20, 0, TimeSpan.Zero);

    [Fact]
    public async Task Current_is_the_last_full_hour_against_the_one_before()
    {
        await using var stack = await StartAsync("--Dashboard:DailyTargetKg=1500");
        var truck = await EntityAsync(stack, "supplier", "SUP-001", "logistics");
        var plant = await EntityAsync(stack, "factory", "PLANT-1", "factory");
        await RollUpAsync(stack, truck, "2026-11-25T23:00Z", kg: 1000);
        await RollUpAsync(stack, truck, "2026-11-26T08:00Z", kg: 40);
        await RollUpAsync(stack, truck, "2026-11-26T09:00Z", kg: 30, events: 3, estimated: 1);
        await RollUpAsync(stack, plant, "2026-11-26T09:00Z", kg: 20);
        await RollUpAsync(stack, plant, "2026-11-26T10:00Z", kg: 5);

        var current = await Client(stack).GetCurrentEmissionsAsync(new GetCurrentEmissionsRequest());

        Assert.Equal((50, 40, "rising"), (current.CurrentRate, current.PreviousRate, current.Trend));
        Assert.Equal((95, 1500, 6, 4), (current.TotalToday, current.Target, current.PredictionCount, current.HourEvents));
        Assert.Equal(new Dictionary<string, double> { ["logistics"] = 70, ["factory"] = 25 }, current.Categories);
        Assert.Equal(1.0 / 6, current.EstimatedShare);
        Assert.Equal(Time("2026-11-26T09:00Z"), current.Hour);
    }

    [Fact]
    public async Task Current_of_an_entity_counts_no_other()
    {
        await using var stack = await StartAsync();
        var one = await EntityAsync(stack, "supplier", "SUP-001", "logistics");
        var two = await EntityAsync(stack, "supplier", "SUP-002", "logistics");
        await RollUpAsync(stack, one, "2026-11-26T09:00Z", kg: 30);
        await RollUpAsync(stack, two, "2026-11-26T09:00Z", kg: 7);

        var current = await Client(stack).GetCurrentEmissionsAsync(new GetCurrentEmissionsRequest { Entity = "SUP-002", EntityType = "supplier" });

        Assert.Equal((7, "no_data"), (current.CurrentRate, current.Trend));
        Assert.False(current.HasTarget);
    }

    [Fact]
    public async Task Last_updated_is_when_the_latest_event_was_recorded()
    {
        await using var stack = await StartAsync();
        var truck = await EntityAsync(stack, "supplier", "SUP-001", "logistics");
        await stack.Database.Database.ExecuteAsync(
            $"INSERT INTO insights.events_normalized (event_type, entity_ref, supplier_id, \"timestamp\", created_at) VALUES ('logistics', {truck}, 'SUP-001', '2026-11-26T09:10Z', '2026-11-26T09:12Z')");
        var seq = await stack.Database.Database.ScalarAsync<long>("SELECT max(seq) FROM insights.events_normalized");
        await RollUpAsync(stack, truck, "2026-11-26T09:00Z", kg: 30, seq: seq);

        Assert.Equal(Time("2026-11-26T09:12Z"), (await Client(stack).GetCurrentEmissionsAsync(new GetCurrentEmissionsRequest())).LastUpdated);
    }

    [Fact]
    public async Task An_empty_database_says_that_it_knows_nothing()
    {
        await using var stack = await StartAsync();

        var current = await Client(stack).GetCurrentEmissionsAsync(new GetCurrentEmissionsRequest());
        var forecast = await Client(stack).GetEmissionForecastAsync(new GetEmissionForecastRequest());
        var summary = await Client(stack).GetEmissionSummaryAsync(new GetEmissionSummaryRequest());

        Assert.Equal(("no_data", 0, false), (current.Trend, current.PredictionCount, current.HasTarget));
        Assert.Null(current.LastUpdated);
        Assert.Equal(("none", 0, 0), (forecast.Model, forecast.Dates.Count, forecast.Forecast.Count));
        Assert.Equal("There are no events in the 77 days before today: a forecast needs one full day at least.", Assert.Single(forecast.Notes));
        Assert.Equal((0, 0), (summary.EventCount, summary.ActiveHotspots));
    }

    [Fact]
    public async Task Summary_sums_the_hours_of_a_span_and_counts_active_hotspots()
    {
        await using var stack = await StartAsync();
        var truck = await EntityAsync(stack, "supplier", "SUP-001", "logistics");
        var plant = await EntityAsync(stack, "factory", "PLANT-1", "factory");
        await RollUpAsync(stack, truck, "2026-11-10T00:00Z", kg: 1000);
        await RollUpAsync(stack, truck, "2026-11-20T00:00Z", kg: 60, events: 3, estimated: 1);
        await RollUpAsync(stack, plant, "2026-11-26T10:00Z", kg: 20);
        await HotspotAsync(stack, truck, "activity", "critical", "open");
        await HotspotAsync(stack, truck, "factor", "warn", "watching");
        await HotspotAsync(stack, plant, "activity", "critical", "acknowledged");
        await HotspotAsync(stack, plant, "data", "critical", "resolved");
        await HotspotAsync(stack, plant, "factor", "critical", "ignored");

        var summary = await Client(stack).GetEmissionSummaryAsync(new GetEmissionSummaryRequest());
        var all = await Client(stack).GetEmissionSummaryAsync(new GetEmissionSummaryRequest { StartTime = Time("2026-11-01T00:00Z"), EndTime = Time("2026-11-20T00:00Z") });
        var one = await Client(stack).GetEmissionSummaryAsync(new GetEmissionSummaryRequest { EntityType = "factory" });

        Assert.Equal((80, 20, 4, 3, 2, 2), (summary.TotalEmissions, summary.AverageEmissions, summary.EventCount, summary.ActiveHotspots, summary.CriticalHotspots, summary.EntityCount));
        Assert.Equal((0.25, Time("2026-11-19T10:00Z"), Time("2026-11-26T11:00Z")), (summary.EstimatedShare, summary.StartTime, summary.EndTime));
        Assert.Equal((1000, 1), (all.TotalEmissions, all.EventCount));
        Assert.Equal((20, 1, 1), (one.TotalEmissions, one.ActiveHotspots, one.CriticalHotspots));
    }

    [Theory]
    [InlineData("nonsense", "", "", "entity_type")]
    [InlineData("", "2026-11-20T00:00Z", "2026-11-20T00:00Z", "end_time")]
    [InlineData("", "2024-11-20T00:00Z", "2026-11-20T00:00Z", "start_time")]
    public async Task Bad_input_is_named(string type, string start, string end, string field)
    {
        await using var stack = await StartAsync();

        var error = await Assert.ThrowsAsync<RpcException>(async () => await Client(stack).GetEmissionSummaryAsync(new GetEmissionSummaryRequest
        {
            EntityType = type,
            StartTime = start.Length > 0 ? Time(start) : null,
            EndTime = end.Length > 0 ? Time(end) : null,
        }));

        Assert.Equal((StatusCode.InvalidArgument, field), (error.StatusCode, Assert.Single(error.Violations()).Field));
    }

    [Fact]
    public async Task An_entity_that_never_had_an_event_is_not_found()
    {
        await using var stack = await StartAsync();

        var error = await Assert.ThrowsAsync<RpcException>(async () => await Client(stack).GetCurrentEmissionsAsync(new GetCurrentEmissionsRequest { Entity = "SUP-404" }));

        Assert.Equal((StatusCode.NotFound, "ENTITY_NOT_FOUND"), (error.StatusCode, error.Reason()));
    }

    [Fact]
    public async Task Forecast_gives_seven_days_from_today_on()
    {
        await using var stack = await StartAsync();
        var truck = await EntityAsync(stack, "supplier", "SUP-001", "logistics");
        await HistoryAsync(stack, truck, "12 hours", days: 56, stepHours: 24, kg: 100);

        var forecast = await Client(stack).GetEmissionForecastAsync(new GetEmissionForecastRequest { Entity = "SUP-001" });

        Assert.Equal(["2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02"], forecast.Dates);
        Assert.Equal(Enumerable.Repeat(100.0, 7), forecast.Forecast);
        Assert.Equal((7, 7, 0.8), (forecast.ConfidenceLow.Count, forecast.ConfidenceHigh.Count, forecast.ConfidenceLevel));
        Assert.Equal(("weekday-mean", "built-in", "", 56), (forecast.Model, forecast.Engine, forecast.FallbackReason, forecast.HistoryDays));
    }

    [Fact]
    public async Task Forecast_of_electricity_asks_for_the_intensity_of_its_region()
    {
        await using var grid = await FakeGrid.StartAsync();
        await using var stack = await StartAsync($"--PYLON_INGESTION={grid.Address}");
        var plant = await EntityAsync(stack, "factory", "PLANT-1", "factory", region: 13);
        await HistoryAsync(stack, plant, "0 hours", days: 70, stepHours: 1, kg: 20, activity: 100);

        var forecast = await Client(stack).GetEmissionForecastAsync(new GetEmissionForecastRequest());

        Assert.Equal("ridge x intensity", forecast.Model);
        Assert.All(forecast.Forecast, kg => Assert.Equal(120, kg, 6));
        Assert.Equal([13], grid.Regions);
    }

    [Fact]
    public async Task Forecast_without_the_grid_says_that_the_intensity_is_not_available()
    {
        await using var stack = await StartAsync();
        var plant = await EntityAsync(stack, "factory", "PLANT-1", "factory", region: 13);
        await HistoryAsync(stack, plant, "0 hours", days: 70, stepHours: 1, kg: 20, activity: 100);

        var forecast = await Client(stack).GetEmissionForecastAsync(new GetEmissionForecastRequest());

        Assert.All(forecast.Forecast, kg => Assert.Equal(480, kg, 6));
        Assert.Contains("The carbon intensity of region 13 is not available: its electricity is forecast by what it emitted.", forecast.Notes);
    }

    [Fact]
    public async Task Forecast_is_that_of_the_external_engine_where_it_answers()
    {
        await using var engine = await FakeEngine.StartAsync();
        engine.Answers("""{"forecast":[1,2,3,4,5,6,7],"confidence_low":[0,1,2,3,4,5,6],"confidence_high":[2,3,4,5,6,7,8],"model_version":"prophet-1","horizon_days":7}""");
        await using var stack = await StartAsync($"--ML_ENGINE_URL={engine.Address}");
        var truck = await EntityAsync(stack, "supplier", "SUP-001", "logistics");
        await HistoryAsync(stack, truck, "12 hours", days: 3, stepHours: 24, kg: 100);

        var forecast = await Client(stack).GetEmissionForecastAsync(new GetEmissionForecastRequest());

        Assert.Equal(("ml", "prophet-1"), (forecast.Engine, forecast.Model));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], forecast.Forecast);
        Assert.Equal("""{"history":[100,100,100]}""", Assert.Single(engine.Requests).Body);
    }

    [Fact]
    public async Task Forecast_says_why_the_external_engine_was_not_used()
    {
        await using var engine = await FakeEngine.StartAsync();
        engine.Answers("""{"forecast":[1,2,3,4,5,6,-1],"confidence_low":[0,1,2,3,4,5,6],"confidence_high":[2,3,4,5,6,7,8],"model_version":"prophet-1"}""");
        await using var stack = await StartAsync($"--ML_ENGINE_URL={engine.Address}");
        var truck = await EntityAsync(stack, "supplier", "SUP-001", "logistics");
        await HistoryAsync(stack, truck, "12 hours", days: 56, stepHours: 24, kg: 100);

        var forecast = await Client(stack).GetEmissionForecastAsync(new GetEmissionForecastRequest());

        Assert.Equal(("built-in", "the ML engine was not used: its forecast is -1, less than 0"), (forecast.Engine, forecast.FallbackReason));
        Assert.Equal(Enumerable.Repeat(100.0, 7), forecast.Forecast);
    }

    [Fact]
    public async Task The_sums_of_a_day_are_read_by_the_index_of_hours()
    {
        await using var stack = await StartAsync();
        var truck = await EntityAsync(stack, "supplier", "SUP-001", "logistics");
        await HistoryAsync(stack, truck, "0 hours", days: 2000, stepHours: 1, kg: 1);
        await stack.Database.Database.ExecuteAsync("ANALYZE insights.hourly_rollups");

        await using var explain = stack.Database.DataSource.CreateCommand(
            "EXPLAIN SELECT sum(co2_kg) FROM hourly_rollups r JOIN entities e USING (entity_ref) WHERE r.hour >= '2026-11-26' AND r.hour < '2026-11-27' AND (NULL::bigint[] IS NULL OR r.entity_ref = ANY (NULL))");
        await using var reader = await explain.ExecuteReaderAsync();
        var plan = "";
        while (await reader.ReadAsync())
            plan += reader.GetString(0) + "\n";

        Assert.Contains("hourly_rollups_by_hour", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on hourly_rollups", plan, StringComparison.Ordinal);
    }

    private static Task<InsightsStack> StartAsync(params string[] settings) =>
        InsightsStack.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(Now)), settings);

    private static EmissionService.EmissionServiceClient Client(InsightsStack stack) => new(stack.Channel);

    private static Timestamp Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToTimestamp();

    private static Task<long> EntityAsync(InsightsStack stack, string type, string entity, string kind, int? region = null) =>
        stack.Database.Database.ScalarAsync<long>(
            $"INSERT INTO insights.entities (entity_type, entity, kind, activity_unit, region_id) VALUES ('{type}', '{entity}', '{kind}', '{Pylon.Insights.Entities.EmissionKind.UnitOf(kind)}', {region?.ToString(CultureInfo.InvariantCulture) ?? "NULL"}) RETURNING entity_ref");

    private static Task RollUpAsync(InsightsStack stack, long entity, string hour, double kg, int events = 1, int estimated = 0, long seq = 1) =>
        stack.Database.Database.ExecuteAsync(
            $"INSERT INTO insights.hourly_rollups (entity_ref, hour, activity, co2_kg, events, estimated_events, max_event_seq) VALUES ({entity}, '{hour}', 1, {kg}, {events}, {estimated}, {seq})");

    private static Task HistoryAsync(InsightsStack stack, long entity, string offset, int days, int stepHours, double kg, double activity = 1) =>
        stack.Database.Database.ExecuteAsync(
            $"""
            INSERT INTO insights.hourly_rollups (entity_ref, hour, activity, co2_kg, events, max_event_seq)
            SELECT {entity}, hour, {activity}, {kg}, 1, 1
            FROM generate_series('2026-11-26Z'::timestamptz - interval '{days} days' + interval '{offset}', '2026-11-25T23:00Z', interval '{stepHours} hours') hour
            """);

    private static Task HotspotAsync(InsightsStack stack, long entity, string cause, string severity, string status) =>
        stack.Database.Database.ExecuteAsync(
            $"""
            INSERT INTO insights.hotspots (entity_ref, entity, entity_type, kind, cause, severity, status, basis, predicted_co2, baseline_co2, percent_above, score, confidence, impact_kg, first_hour, last_hour)
            SELECT entity_ref, entity, entity_type, kind, '{cause}', '{severity}', '{status}', 'baseline', 1, 1, 1, 1, 1, 1, now(), now() FROM insights.entities WHERE entity_ref = {entity}
            """);
}
