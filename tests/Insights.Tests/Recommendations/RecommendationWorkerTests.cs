using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pylon.Insights.Playbook;
using Pylon.Insights.Recommendations;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Recommendations;

public sealed class RecommendationWorkerTests
{
    private static readonly string[] OneHour = ["--Recommendations:PollInterval=01:00:00"];

    [Fact]
    public async Task A_new_hotspot_gets_up_to_three_recommendations_once()
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        var database = stack.Database.Database;
        await database.AddFactoryAsync("F1");

        var hotspot = await database.AddHotspotAsync("F1");
        await Eventually.True(async () => await database.CountAsync("recommendation_runs") == 1);

        var count = await database.CountAsync($"recommendations WHERE hotspot_id = '{hotspot}'");
        Assert.InRange(count, 1, 3);
        Assert.Equal(count, await database.CountAsync("audit_logs WHERE action = 'recommendation_proposed'"));
        Assert.Equal(count, await database.ScalarAsync<long>("SELECT count(DISTINCT lever) FROM insights.recommendations"));
        Assert.Equal(1, await database.CountAsync("recommendations WHERE rank = 1 AND status = 'pending' AND reduction_status = 'simulated' AND simulated_kg = co2_reduction AND low_kg < simulated_kg AND high_kg > simulated_kg"));

        // The furnace is what uses its energy.
        Assert.StartsWith("factory-", await database.ScalarAsync<string>("SELECT playbook_id FROM insights.recommendations WHERE rank = 1"), StringComparison.Ordinal);
        await database.ExecuteAsync("UPDATE insights.hotspots SET severity = 'critical'");
        await database.AddHotspotAsync("F1", cause: "grid");
        await Eventually.True(async () => await database.CountAsync("recommendation_runs") == 2);
        Assert.Equal(count, await database.CountAsync($"recommendations WHERE hotspot_id = '{hotspot}'"));
    }

    [Fact]
    public async Task A_hotspot_of_info_gets_none_until_it_is_a_warning()
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        var database = stack.Database.Database;
        await database.AddFactoryAsync("F1");
        await database.AddFactoryAsync("F2");
        var info = await database.AddHotspotAsync("F1", "info");
        await database.AddHotspotAsync("F2", "critical");

        await Eventually.True(async () => await database.CountAsync("recommendation_runs") == 1);
        Assert.Equal(0, await database.CountAsync($"recommendations WHERE hotspot_id = '{info}'"));
        await database.ExecuteAsync("UPDATE insights.hotspots SET severity = 'warn', status = 'open' WHERE severity = 'info'");

        await Eventually.True(async () => await database.CountAsync($"recommendations WHERE hotspot_id = '{info}'") > 0);
    }

    [Fact]
    public async Task Many_instances_at_once_make_them_once()
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        var (store, maker) = (stack.Services.GetRequiredService<RecommendationStore>(), stack.Services.GetRequiredService<RecommendationMaker>());
        var database = stack.Database.Database;
        // The worker of the stack would be one more.
        await stack.Services.GetServices<IHostedService>().OfType<RecommendationWorker>().Single().StopAsync(default);
        await database.AddFactoryAsync("F1");
        await database.ExecuteAsync("ALTER TABLE insights.hotspots DISABLE TRIGGER hotspots_need_recommendations");
        await database.AddHotspotAsync("F1");
        var due = Assert.Single(await store.DueAsync(TimeProvider.System.GetUtcNow().AddDays(-1), 10, [], default));

        var made = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => maker.MakeAsync(due, default)));

        Assert.Single(made, won => won);
        Assert.InRange(await database.CountAsync("recommendations"), 1, 3);
        Assert.Equal(await database.CountAsync("recommendations"), await database.CountAsync("outbox WHERE type = 'pylon.recommendation.proposed.v1'"));
        Assert.Empty(await store.DueAsync(TimeProvider.System.GetUtcNow().AddDays(-1), 10, [], default));
    }

    [Fact]
    public async Task A_measure_that_is_proposed_or_was_rejected_is_not_proposed_to_the_entity_again()
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        var database = stack.Database.Database;
        await database.AddFactoryAsync("F1");
        var first = await database.AddHotspotAsync("F1");
        await Eventually.True(async () => await database.CountAsync("recommendation_runs") == 1);
        await database.ExecuteAsync("UPDATE insights.hotspots SET status = 'resolved'; UPDATE insights.recommendations SET status = 'rejected', decided_at = now(), note = 'no' WHERE rank = 1");

        var second = await database.AddHotspotAsync("F1");
        await Eventually.True(async () => await database.CountAsync("recommendation_runs") == 2);

        Assert.True(await database.CountAsync($"recommendations WHERE hotspot_id = '{second}'") > 0);
        Assert.Equal(0, await database.CountAsync(
            $"recommendations a JOIN insights.recommendations b USING (playbook_id) WHERE a.hotspot_id = '{first}' AND b.hotspot_id = '{second}'"));
    }

    [Fact]
    public async Task A_region_gets_recommendations_with_the_kg_of_the_entities_that_use_its_electricity()
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        var database = stack.Database.Database;
        await database.AddFactoryAsync("F1", regionId: 13);
        await database.ExecuteAsync("INSERT INTO insights.entities (entity_type, entity, kind, activity_unit, region_id) VALUES ('region', '13', 'grid', 'kWh', 13)");

        await database.AddHotspotAsync("13", cause: "grid");
        await Eventually.True(async () => await database.CountAsync("recommendation_runs") == 1);

        Assert.InRange(await database.CountAsync("recommendations WHERE playbook_id LIKE 'grid-%'"), 1, 3);
        Assert.Equal(0, await database.CountAsync("recommendations WHERE co2_reduction = 0"));
    }

    [Fact]
    public async Task A_hotspot_for_which_no_measure_fits_is_not_tried_for_ever()
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        var database = stack.Database.Database;
        await database.ExecuteAsync("INSERT INTO insights.entities (entity_type, entity, kind, activity_unit) VALUES ('region', '7', 'grid', 'kWh')");

        await database.AddHotspotAsync("7", cause: "efficiency");

        await Eventually.True(async () => await database.CountAsync("recommendation_runs WHERE recommendations = 0") == 1);
    }

    [Fact]
    public async Task Every_measure_that_is_proposed_has_preconditions_that_hold()
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        var database = stack.Database.Database;
        await database.AddFactoryAsync("F1");
        await database.AddHotspotAsync("F1");
        await Eventually.True(async () => await database.CountAsync("recommendations") > 0);

        var book = stack.Services.GetRequiredService<MeasureBook>();
        var (store, reader) = (stack.Services.GetRequiredService<RecommendationStore>(), stack.Services.GetRequiredService<ActivityReader>());
        foreach (var recommendation in await store.PageAsync(null, "", null, "", 10, default))
        {
            var hotspot = new DueHotspot
            {
                Id = recommendation.HotspotId,
                OperatorId = Guid.Empty,
                EntityRef = recommendation.EntityRef,
                Entity = "F1",
                EntityType = "factory",
                Kind = "factory",
                Cause = "efficiency",
                PredictedCo2 = 900,
                BaselineCo2 = 600,
                PercentAbove = 50,
                EventId = "F1-1",
            };
            var activity = await reader.ReadAsync(hotspot, TimeProvider.System.GetUtcNow(), default);

            Assert.All(book.Find(recommendation.PlaybookId!)!.Preconditions, p => Assert.True(p.Holds(activity.Facts), p.ToString()));
            Assert.Equal(6, activity.Facts.Number("furnace_usage"));
        }
    }
}
