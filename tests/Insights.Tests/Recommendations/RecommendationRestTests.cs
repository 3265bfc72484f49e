using System.Net.Http.Json;
using System.Text.Json;
using Pylon.Insights.Tests.Engines;
using Pylon.Insights.V1;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Recommendations;

/// <summary>The paths and shapes of the seed.</summary>
public sealed class RecommendationRestTests
{
    private static readonly string[] OneHour = ["--Recommendations:PollInterval=01:00:00"];

    [Fact]
    public async Task The_paths_of_the_seed_answer_in_its_shapes()
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        await using var rest = await RestStack.StartAsync(stack, RecommendationService.Descriptor);
        var database = stack.Database.Database;
        await database.AddFactoryAsync("F1");
        var hotspot = await database.AddHotspotAsync("F1", "info");
        var first = await database.AddRecommendationAsync(hotspot, 1);
        var second = await database.AddRecommendationAsync(hotspot, 2);

        var pending = await rest.Http.GetFromJsonAsync<JsonElement>("/recommendations/pending");
        var approved = await rest.PostAsync($"/recommendations/{first}/approve", "{}");
        var rejected = await rest.PostAsync($"/recommendations/{second}/reject", """{"note": "too expensive", "user_id": "bob"}""");
        var all = await rest.Http.GetFromJsonAsync<JsonElement>("/recommendations?status=approved&limit=5");
        var typed = await rest.Http.GetFromJsonAsync<JsonElement>("/api/v1/recommendations");
        var stats = await rest.Http.GetFromJsonAsync<JsonElement>("/recommendations/stats");

        Assert.Equal(2, pending.GetArrayLength());
        Assert.Equal(("pending", "F1"), (pending[0].GetProperty("status").GetString(), pending[0].GetProperty("supplier_id").GetString()));
        Assert.Equal(200, approved.Status);
        Assert.Equal(("approved", first.ToString()), (approved.Body.GetProperty("status").GetString(), approved.Body.GetProperty("recommendation_id").GetString()));
        Assert.True(approved.Body.TryGetProperty("message", out _));
        Assert.Equal("rejected", rejected.Body.GetProperty("status").GetString());
        Assert.Equal(first.ToString(), Assert.Single(all.EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(2, typed.GetProperty("recommendations").GetArrayLength());
        Assert.Equal(100, stats.GetProperty("total_co2_reduction").GetDouble());
        Assert.Equal(1, int.Parse(stats.GetProperty("by_status").GetProperty("rejected").ToString(), null));
    }

    [Fact]
    public async Task A_second_decision_is_a_conflict_that_names_the_first()
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        await using var rest = await RestStack.StartAsync(stack, RecommendationService.Descriptor);
        await stack.Database.Database.AddFactoryAsync("F1");
        var id = await stack.Database.Database.AddRecommendationAsync(await stack.Database.Database.AddHotspotAsync("F1", "info"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => rest.PostAsync($"/recommendations/{id}/approve", $$"""{"user_id": "user-{{n}}"}""")));

        var winner = await stack.Database.Database.ScalarAsync<string>("SELECT decided_by FROM insights.recommendations");
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer =>
        {
            Assert.Equal((409, "ALREADY_DECIDED"), (answer.Status, answer.Body.GetProperty("reason").GetString()));
            Assert.StartsWith($"{winner} approved the recommendation at", answer.Body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_decision_may_come_without_a_body()
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        await using var rest = await RestStack.StartAsync(stack, RecommendationService.Descriptor);
        await stack.Database.Database.AddFactoryAsync("F1");
        var id = await stack.Database.Database.AddRecommendationAsync(await stack.Database.Database.AddHotspotAsync("F1", "info"));

        using var approved = await rest.Http.PostAsync($"/recommendations/{id}/approve", null);
        using var rejected = await rest.Http.PostAsync($"/recommendations/{Guid.NewGuid()}/reject", null);

        Assert.Equal(200, (int)approved.StatusCode);
        Assert.Equal(400, (int)rejected.StatusCode);
        Assert.Contains("note must have 1 to 2000 characters", await rejected.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lying_external_engine_is_bounded_and_said_to_be_claimed()
    {
        await using var rag = await FakeEngine.StartAsync();
        rag.Answers(
            """
            {"root_cause": "<b>Old</b> furnace", "actions": [
              {"title": "Recover waste heat of the furnace exhaust", "description": "Preheat\u0000 with a recuperator", "co2_reduction": 1e9, "cost_impact": "+3%", "feasibility": 7},
              {"title": "Plant a tree", "description": "<script>x</script>", "co2_reduction": 5, "cost_impact": "+1%", "feasibility": 9}]}
            """);
        await using var stack = await InsightsStack.StartAsync(null, [.. OneHour, $"--RagService:BaseUrl={rag.Address}"]);
        var database = stack.Database.Database;
        await database.AddFactoryAsync("F1");

        await database.AddHotspotAsync("F1");
        await Eventually.True(async () => await database.CountAsync("recommendation_runs WHERE engine = 'rag'") == 1);

        Assert.Equal(1, await database.CountAsync("recommendations WHERE co2_reduction = 900 AND reduction_status = 'disputed' AND playbook_id = 'factory-heat-recovery' AND reduction_hours = 1"));
        Assert.Equal(1, await database.CountAsync("recommendations WHERE co2_reduction = 5 AND reduction_status = 'claimed' AND playbook_id IS NULL"));
        Assert.Equal(0, await database.CountAsync("recommendations WHERE concat(title, description, root_cause) ~ '[<>]' OR engine <> 'rag'"));
    }

    [Fact]
    public async Task When_the_external_engine_fails_the_playbook_answers_and_says_why()
    {
        await using var rag = await FakeEngine.StartAsync();
        rag.Answers("no", 500);
        await using var stack = await InsightsStack.StartAsync(null, [.. OneHour, $"--RagService:BaseUrl={rag.Address}"]);
        var database = stack.Database.Database;
        await database.AddFactoryAsync("F1");

        await database.AddHotspotAsync("F1");
        await Eventually.True(async () => await database.CountAsync("recommendation_runs") == 1);

        Assert.True(await database.CountAsync("recommendations WHERE engine = 'playbook' AND engine_reason LIKE '%the RAG service was not used: HTTP 500%'") > 0);
    }
}
