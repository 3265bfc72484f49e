using System.Net;
using System.Text.Json.Nodes;
using Pylon.EndToEnd.Tests.Stacks;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests;

/// <summary>The paths of the seed's gateway for decisions, as its clients read them.</summary>
public sealed class DecisionTests(SharedStack stack) : SharedStackTests(stack)
{
    [Fact]
    public async Task SeedsPathsAnswerInItsShapes()
    {
        await Stack.Database.ExecuteAsync(
            """
            INSERT INTO data_centres (dc_id, name, region_id, location_region, pue, total_capacity_teraflops, flexibility_rating, current_load_percentage)
            VALUES ('DC-E2E', 'Edinburgh Green DC', 2, 'South Scotland', 1.15, 500, 0.8, 45)
            """);
        await Stack.Database.ExecuteAsync(
            "INSERT INTO compute_workloads (workload_name, job_id, workload_type, urgency, required_gpu_mins) VALUES ('decided', 'JOB-E2E', 'TRAINING_RUN', 'CRITICAL', 120)");

        var output = await Eventually.Is(OutputAsync, found => found is not null, TimeSpan.FromSeconds(60), "the LLM output of JOB-E2E");

        var option = Assert.Single(output!["data_centre_options"]!.AsArray())!;
        Assert.Equal(("DC-E2E", true), ((string)option["dc_id"]!, (bool)option["compute_profile"]!["available_for_task"]!));
        Assert.InRange((int)option["suitability_score"]!, 1, 100);
        Assert.Equal(["wind_pct", "solar_pct", "gas_pct", "nuclear_pct", "other_pct"], option["energy_profile"]!["generation_mix"]!.AsObject().Select(p => p.Key));
        var task = output["task"]!.AsObject();
        Assert.Equal(("CRITICAL", true, null), ((string)task["urgency"]!, task.ContainsKey("deadline"), task["deadline"]));

        var context = await Gateway.GetAsync("/beckn/context");
        Assert.Equal(
            ["id", "created_at", "processed", "context_version", "as_known_at", "task", "grid_signals", "regional_signals", "data_centres", "generation_mix", "summary"],
            context.AsObject().Select(p => p.Key).Where(key => key != "processed_at"));
        Assert.Equal((HttpStatusCode.OK, "success"), (await MarkAsync()));
        Assert.Equal((HttpStatusCode.OK, "success"), (await MarkAsync()));

        var (status, search) = await Gateway.PostAsync("/beckn/search", """{ "context": { "action": "search" }, "message": { "intent": { "descriptor": { "name": "job-e2e" } } } }""");
        Assert.Equal((HttpStatusCode.OK, "ACK", "on_search"), (status, (string)search["message"]!["ack"]!["status"]!, (string)search["context"]!["action"]!));
        Assert.NotNull((await Gateway.GetAsync("/beckn/catalog"))["message"]!["catalog"]!["providers"]![0]!["items"]);
        Assert.Equal(HttpStatusCode.BadRequest, (await Gateway.PostAsync("/beckn/search", "[]")).Status);
        // The webhooks of providers begin alike, and take what is signed.
        Assert.Equal(HttpStatusCode.Unauthorized, (await Gateway.PostAsync("/beckn/on_select", "{}")).Status);

        var decisions = (await Gateway.GetAsync($"/api/v1/decisions?workload_id={(string)context["task"]!["workload_id"]!}&decision_type=DECISION_TYPE_LLM_DC_SELECTION"))["decisions"]!.AsArray();
        Assert.Equal("DC-E2E", (string)Assert.Single(decisions)!["alternatives_considered"]![0]!["dc_id"]!);
    }

    private async Task<JsonNode?> OutputAsync()
    {
        var history = await Gateway.GetAsync("/beckn/llm-output/history");
        var latest = await Gateway.GetAsync("/beckn/llm-output");
        Assert.True(latest.AsObject().ContainsKey("output"));
        return history["outputs"]!.AsArray().FirstOrDefault(o => (string)o!["_metadata"]!["task_id"]! == "JOB-E2E");
    }

    private async Task<(HttpStatusCode Status, string Text)> MarkAsync()
    {
        var (status, body) = await Gateway.PostAsync("/beckn/context/processed", "");
        return (status, (string)body["status"]!);
    }
}
