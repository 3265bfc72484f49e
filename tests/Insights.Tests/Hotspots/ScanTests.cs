using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Insights.V1;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Hotspots;

public sealed class ScanTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task AScanOpensAHotspotWithHistoryAuditEventAndAlert()
    {
        await using var stack = await StartAsync();
        var entity = await SomeEntity.CreateAsync(stack.Database);
        await entity.SetNormalAsync(Now.AddHours(-2));
        await entity.SetAsync(Now.AddHours(-2), 130, 140);

        var scan = await ScanAsync(stack);

        Assert.Equal(("success", 1), (scan.Status, scan.HotspotsFound));
        var hotspot = Assert.Single(scan.Hotspots);
        Assert.Equal(("PLANT-1", "factory", "critical", "open", "activity", "baseline"), (hotspot.Entity, hotspot.EntityType, hotspot.Severity, hotspot.Status, hotspot.Cause, hotspot.Basis));
        Assert.Equal((28, 20, 40, 1.6), (Math.Round(hotspot.PredictedCo2, 9), Math.Round(hotspot.BaselineCo2, 9), Math.Round(hotspot.PercentAbove, 9), Math.Round(hotspot.Score, 9)));
        Assert.Equal(14, hotspot.ImpactKg, 9);
        Assert.Equal(Now.AddHours(-2), hotspot.FirstHour.ToDateTimeOffset());
        Assert.Equal(["opened"], await TransitionsAsync(stack, hotspot.Id));
        Assert.Equal(1L, await stack.Database.Database.ScalarAsync<long>("SELECT count(*) FROM insights.audit_logs WHERE action = 'hotspot_opened'"));
        Assert.Equal(1L, await stack.Database.Database.ScalarAsync<long>("SELECT count(*) FROM insights.outbox WHERE type = 'pylon.hotspot.opened.v1'"));
        Assert.Equal(1L, await stack.Database.Database.ScalarAsync<long>("SELECT count(*) FROM insights.alerts WHERE level = 'critical'"));
    }

    [Fact]
    public async Task AnotherScanFindsNothingNew()
    {
        await using var stack = await StartAsync();
        var entity = await SomeEntity.CreateAsync(stack.Database);
        await entity.SetNormalAsync(Now.AddHours(-2));
        await entity.SetAsync(Now.AddHours(-2), 130, 140);
        await ScanAsync(stack);

        var again = await ScanAsync(stack);

        Assert.Equal(0, again.HotspotsFound);
        Assert.Equal(1L, await CountAsync(stack, "hotspots"));
        Assert.Equal(1L, await CountAsync(stack, "hotspot_transitions"));
    }

    [Fact]
    public async Task SixNormalHoursResolveIt()
    {
        await using var stack = await StartAsync();
        var entity = await SomeEntity.CreateAsync(stack.Database);
        await entity.SetNormalAsync(Now.AddHours(-10));
        await entity.SetAsync(Now.AddHours(-10), 130, 140);
        var id = (await ScanAsync(stack)).Hotspots.Single().Id;
        await entity.SetAsync(Now.AddHours(-8), 100, 100, 100, 100, 100);
        await ScanAsync(stack);
        Assert.Equal("open", (await GetAsync(stack, id)).Status);

        await entity.SetAsync(Now.AddHours(-3), 100);
        await ScanAsync(stack);

        var hotspot = await GetAsync(stack, id);
        Assert.Equal(("resolved", "critical", ""), (hotspot.Status, hotspot.Severity, hotspot.CurrentSeverity));
        Assert.Equal(14, hotspot.ImpactKg, 9);
        Assert.Equal(["opened", "resolved"], await TransitionsAsync(stack, id));
        Assert.Equal(1L, await stack.Database.Database.ScalarAsync<long>("SELECT count(*) FROM insights.alerts WHERE level = 'info'"));
    }

    [Fact]
    public async Task AnHourInProgressMayOpenButNotClose()
    {
        await using var stack = await StartAsync(Now.AddMinutes(20));
        var entity = await SomeEntity.CreateAsync(stack.Database);
        await entity.SetNormalAsync(Now.AddHours(-7));
        await entity.SetAsync(Now.AddHours(-7), 130, 140, 100, 100, 100, 100, 100, 10);
        var hotspot = (await ScanAsync(stack)).Hotspots.Single();
        Assert.Equal("open", hotspot.Status);

        Time(stack).Advance(TimeSpan.FromHours(1));
        await ScanAsync(stack);

        Assert.Equal("resolved", (await GetAsync(stack, hotspot.Id)).Status);
    }

    [Fact]
    public async Task ALateEventOpensTheHourAgain()
    {
        await using var stack = await StartAsync();
        var entity = await SomeEntity.CreateAsync(stack.Database);
        await entity.SetNormalAsync(Now.AddHours(-6));
        await entity.SetAsync(Now.AddHours(-6), 130, 100, 100, 100, 100, 100);
        Assert.Equal(0, (await ScanAsync(stack)).HotspotsFound);

        await entity.SetAsync(Now.AddHours(-5), 130);

        var hotspot = Assert.Single((await ScanAsync(stack)).Hotspots);
        Assert.Equal((Now.AddHours(-6), "warn"), (hotspot.FirstHour.ToDateTimeOffset(), hotspot.Severity));
    }

    [Fact]
    public async Task MissingDataPausesAndIsToldAfterSixHours()
    {
        await using var stack = await StartAsync();
        var entity = await SomeEntity.CreateAsync(stack.Database);
        await entity.SetNormalAsync(Now.AddHours(-2));
        await entity.SetAsync(Now.AddHours(-2), 130, 140);
        var id = (await ScanAsync(stack)).Hotspots.Single().Id;

        Time(stack).Advance(TimeSpan.FromHours(5));
        await ScanAsync(stack);
        Assert.False((await GetAsync(stack, id)).Stale);
        Time(stack).Advance(TimeSpan.FromHours(2));
        await ScanAsync(stack);

        var hotspot = await GetAsync(stack, id);
        Assert.Equal((true, "open"), (hotspot.Stale, hotspot.Status));
        await entity.SetAsync(Now.AddHours(6), 130);
        await ScanAsync(stack);
        Assert.False((await GetAsync(stack, id)).Stale);
    }

    [Fact]
    public async Task ADropOutIsNoHotspot()
    {
        await using var stack = await StartAsync();
        var entity = await SomeEntity.CreateAsync(stack.Database);
        await entity.SetNormalAsync(Now.AddHours(-6));
        await entity.SetAsync(Now.AddHours(-6), 0, 0, 0, 0, 0, 0);

        Assert.Equal(0, (await ScanAsync(stack)).HotspotsFound);
        Assert.Equal(0L, await CountAsync(stack, "hotspots"));
    }

    [Fact]
    public async Task TwoScansAtOnceMakeOneHotspotAndOneAnswer()
    {
        await using var stack = await StartAsync();
        for (var n = 0; n < 5; n++)
        {
            var entity = await SomeEntity.CreateAsync(stack.Database, $"PLANT-{n}");
            await entity.SetNormalAsync(Now.AddHours(-2), weeks: 4);
            await entity.SetAsync(Now.AddHours(-2), 130, 140);
        }

        var scans = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ScanAsync(stack)));

        Assert.Equal(5L, await CountAsync(stack, "hotspots"));
        Assert.Equal(5L, await CountAsync(stack, "hotspot_transitions"));
        Assert.Contains(scans, scan => scan.HotspotsFound == 5);
    }

    [Fact]
    public async Task AScanThatWasKilledGoesOnWithoutRepeating()
    {
        await using var stack = await StartAsync(settings: "--Hotspots:Batch=1");
        var entities = new List<SomeEntity>();
        for (var n = 0; n < 3; n++)
        {
            entities.Add(await SomeEntity.CreateAsync(stack.Database, $"PLANT-{n}"));
            await entities[n].SetNormalAsync(Now.AddHours(-2), weeks: 4);
            await entities[n].SetAsync(Now.AddHours(-2), 130, 140);
        }

        // The second transaction fails, as it does when the process or the server goes away.
        await stack.Database.Database.ExecuteAsync(
            $"""
            CREATE FUNCTION insights.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'gone'; END $$;
            CREATE TRIGGER fail BEFORE INSERT ON insights.alerts FOR EACH ROW WHEN (NEW.entity = 'PLANT-1') EXECUTE FUNCTION insights.fail()
            """);
        await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => ScanAsync(stack));
        Assert.Equal((1L, entities[0].Ref), (await CountAsync(stack, "hotspots"), await stack.Database.Database.ScalarAsync<long>("SELECT after_entity FROM insights.rollup_marks WHERE pass = 'scan'")));
        await stack.Database.Database.ExecuteAsync("DROP TRIGGER fail ON insights.alerts");

        var scan = await ScanAsync(stack);

        Assert.Equal(["PLANT-1", "PLANT-2"], scan.Hotspots.Select(hotspot => hotspot.Entity).Order(StringComparer.Ordinal));
        Assert.Equal((3L, 3L, 3L), (await CountAsync(stack, "hotspots"), await CountAsync(stack, "hotspot_transitions"), await CountAsync(stack, "alerts")));
    }

    [Fact]
    public async Task AMarkOfAnotherServerBeginsAnew()
    {
        await using var stack = await StartAsync();
        var entity = await SomeEntity.CreateAsync(stack.Database);
        await entity.SetNormalAsync(Now.AddHours(-2));
        await entity.SetAsync(Now.AddHours(-2), 130, 140);
        await stack.Database.Database.ExecuteAsync("UPDATE insights.rollup_marks SET changed_by = '9000000000000', target = '9000000000001', after_entity = 99");

        Assert.Equal(1, (await ScanAsync(stack)).HotspotsFound);
    }

    [Fact]
    public async Task TheScanComesAtItsInterval()
    {
        await using var stack = await StartAsync();
        var entity = await SomeEntity.CreateAsync(stack.Database);
        await entity.SetNormalAsync(Now.AddHours(-2));
        await entity.SetAsync(Now.AddHours(-2), 130, 140);

        await Eventually.True(async () =>
        {
            Time(stack).Advance(TimeSpan.FromMinutes(5));
            return await CountAsync(stack, "hotspots") == 1;
        });
    }

    [Fact]
    public async Task ReportsAboveThePredictionOpenAHotspotToo()
    {
        await using var stack = await StartAsync();
        var entity = await SomeEntity.CreateAsync(stack.Database);
        await entity.SetNormalAsync(Now);
        await stack.Database.Database.ExecuteAsync(
            $"UPDATE insights.hourly_rollups SET co2_kg = 50, reported_kg = 50, predicted_of_reported_kg = 20, uncertainty_of_reported_kg = 4, changed_by = pg_current_xact_id() WHERE hour >= '{Now.AddHours(-3).UtcDateTime:O}'");

        var hotspot = Assert.Single((await ScanAsync(stack)).Hotspots);

        Assert.Equal(("prediction", "factor", 50, 20, 150), (hotspot.Basis, hotspot.Cause, hotspot.PredictedCo2, hotspot.BaselineCo2, Math.Round(hotspot.PercentAbove, 9)));
    }

    [Fact]
    public async Task OfASparseEntityWholeDaysAreCompared()
    {
        await using var stack = await StartAsync();
        var entity = await SomeEntity.CreateAsync(stack.Database, "SUP-1", kind: "logistics", type: "supplier", region: null);
        for (var day = 1; day <= 63; day++)
            await entity.SetAsync(Now.AddDays(-day).AddHours(9), day <= 2 ? 200 : 100);

        var hotspot = Assert.Single((await ScanAsync(stack)).Hotspots);

        Assert.Equal(("SUP-1", "critical", 100.0, Now.AddDays(-2)), (hotspot.Entity, hotspot.Severity, Math.Round(hotspot.PercentAbove, 9), hotspot.FirstHour.ToDateTimeOffset()));
        Assert.Equal(7L, await stack.Database.Database.ScalarAsync<long>("SELECT count(*) FROM insights.baselines WHERE hour_of_week >= 168 AND calculation_method = 'median of the day of week'"));
        Assert.Equal(0, (await ScanAsync(stack)).HotspotsFound);
    }

    private static FakeTime Time(InsightsStack stack) => (FakeTime)stack.Services.GetRequiredService<TimeProvider>();

    private static Task<InsightsStack> StartAsync(DateTimeOffset? now = null, params string[] settings) =>
        InsightsStack.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(new FakeTime(now ?? Now)), ["--Hotspots:Regions=false", .. settings]);

    private static async Task<ScanHotspotsResponse> ScanAsync(InsightsStack stack) =>
        await new HotspotService.HotspotServiceClient(stack.Channel).ScanHotspotsAsync(new ScanHotspotsRequest());

    private static async Task<Hotspot> GetAsync(InsightsStack stack, string id) =>
        (await new HotspotService.HotspotServiceClient(stack.Channel).GetHotspotAsync(new GetHotspotRequest { Id = id })).Hotspot;

    private static async Task<IEnumerable<string>> TransitionsAsync(InsightsStack stack, string id) =>
        (await new HotspotService.HotspotServiceClient(stack.Channel).ListHotspotTransitionsAsync(new ListHotspotTransitionsRequest { Id = id })).Transitions.Select(one => one.Transition);

    private static Task<long> CountAsync(InsightsStack stack, string table) => stack.Database.Database.ScalarAsync<long>($"SELECT count(*) FROM insights.{table}");
}
