using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Running;

/// <summary>Each new workload has a context, an output and entries of the log. The Orchestrator does not own its tables here.</summary>
public sealed class DecisionTests
{
    private const string TwoCentres =
        """
        INSERT INTO data_centres (dc_id, name, region_id, pue, total_capacity_teraflops, flexibility_rating, current_load_percentage, current_carbon_intensity)
        VALUES ('DC-001', 'Edinburgh Green DC', 2, 1.15, 500, 0.8, 45, 999), ('DC-002', 'Docklands', 13, 1.7, 1000, 0.2, 80, 1)
        """;

    [Fact]
    public async Task NewWorkloadGetsAContextAndAnOutputOfItsDataCentres()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.Database.ExecuteAsync(TwoCentres);
        stack.Ingestion.Intensities[2] = 0;

        var id = await stack.SubmitAsync();
        var output = Json((await OutputOfAsync(stack, id)).Output);
        var context = await stack.Decisions.GetContextAsync(new GetContextRequest { WorkloadId = id });

        var document = Json(context.Document);
        Assert.Equal(
            ["id", "created_at", "processed", "context_version", "as_known_at", "task", "grid_signals", "regional_signals", "data_centres", "generation_mix", "summary"],
            document.AsObject().Select(p => p.Key));
        Assert.Equal((id, false, 10, 14), ((string)document["task"]!["job_id"]!, (bool)document["processed"]!, document["grid_signals"]!["forecast"]!.AsArray().Count, document["regional_signals"]!.AsArray().Count));
        Assert.Equal((123, .3, 42.5, "DC-001", 0), (
            (double)document["summary"]!["current_national_carbon"]!,
            (double)document["summary"]!["current_grid_stress"]!,
            (double)document["summary"]!["current_price_gbp_mwh"]!,
            (string)document["summary"]!["lowest_carbon_dc"]!["dc_id"]!,
            (double)document["data_centres"]![0]!["current_carbon_intensity"]!));
        Assert.Equal(context.ContextId, (string)output["_metadata"]!["context_id"]!);
        Assert.Equal(["DC-001", "DC-002"], output["data_centre_options"]!.AsArray().Select(o => (string)o!["dc_id"]!));
        Assert.Equal(92, (int)output["data_centre_options"]![0]!["suitability_score"]!);

        var selection = (await DecisionsAsync(stack, id)).Single(d => d.DecisionType == DecisionType.LlmDcSelection);
        Assert.Equal((context.ContextId, 123, .3, 42.5), (selection.ContextId, selection.InputCarbonIntensity, selection.InputGridStress, selection.InputPriceGbpMwh));
        Assert.Equal(await stack.Database.ScalarAsync<Guid>("SELECT id FROM data_centres WHERE dc_id = 'DC-001'"), Guid.Parse(selection.TargetDcId));
        Assert.Equal(2, selection.AlternativesConsidered.Values.Count);
        Assert.False(selection.HasCarbonSavedGco2);
        Assert.StartsWith("Edinburgh Green DC (DC-001) is proposed with 92 of 100 points", selection.Reasoning, StringComparison.Ordinal);
        Assert.Equal(context.Hash, await stack.Database.ScalarAsync<string>("SELECT encode(sha256(convert_to(document::text, 'UTF8')), 'hex') FROM decision_contexts"));
    }

    [Fact]
    public async Task WithoutDataCentresTheOutputHasNoOptionAndSaysSo()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var id = await stack.SubmitAsync();
        var output = Json((await OutputOfAsync(stack, id)).Output);
        Assert.Empty(output["data_centre_options"]!.AsArray());
        Assert.Equal("There is no data centre, so there is no option.", (string)output["_metadata"]!["message"]!);
        var selection = (await DecisionsAsync(stack, id)).Single(d => d.DecisionType == DecisionType.LlmDcSelection);
        Assert.Equal(("There is no data centre, so there is no option.", ""), (selection.Reasoning, selection.TargetDcId));
    }

    [Fact]
    public async Task BeforeTheFirstWorkloadThereIsNothing()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var context = await stack.Decisions.GetContextAsync(new GetContextRequest());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{ "message": "No active decision context", "context": null }"""), Json(context.Document)));
        var output = await stack.Decisions.GetLlmOutputAsync(new GetLlmOutputRequest());
        Assert.Equal(("empty", Value.KindOneofCase.NullValue), (output.Status, output.Output.KindCase));
        Assert.Equal(0, (await stack.Decisions.ListLlmOutputsAsync(new ListLlmOutputsRequest())).Count);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await stack.Decisions.MarkProcessedAsync(new MarkProcessedRequest()));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        var unknown = await Assert.ThrowsAsync<RpcException>(async () => await stack.Decisions.GetContextAsync(new GetContextRequest { WorkloadId = Guid.NewGuid().ToString() }));
        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task MarkIsMadeOnce()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await OutputOfAsync(stack, await stack.SubmitAsync());
        var first = await stack.Decisions.MarkProcessedAsync(new MarkProcessedRequest());
        var second = await stack.Decisions.MarkProcessedAsync(new MarkProcessedRequest { ContextId = first.ContextId });
        Assert.Equal((first.ProcessedAt, "success", "Task marked as processed"), (second.ProcessedAt, second.Status, second.Message));
        var document = Json((await stack.Decisions.GetContextAsync(new GetContextRequest())).Document);
        Assert.True((bool)document["processed"]!);
        Assert.NotNull(document["processed_at"]);
    }

    [Fact]
    public async Task HistoryIsPagedNewestFirst()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var ids = new List<string>();
        for (var n = 0; n < 5; n++)
        {
            ids.Add(await stack.SubmitAsync());
            await OutputOfAsync(stack, ids[^1]);
        }

        var (seen, request) = (new List<string>(), new ListLlmOutputsRequest { PageSize = 2 });
        do
        {
            var page = await stack.Decisions.ListLlmOutputsAsync(request);
            seen.AddRange(page.Outputs.Select(o => o.Fields["task"].StructValue.Fields["job_id"].StringValue));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(Enumerable.Reverse(ids), seen);
    }

    [Fact]
    public async Task FlowGoesOnWithoutIngestionForDecisionsAndTheContextFollows()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", "--Decisions:RetryDelay=00:00:00.05", "--Decisions:PollInterval=00:00:00.1", "--Decisions:MaxAttempts=100");
        stack.Ingestion.ForecastDown = true;
        var offered = await stack.OfferedAsync();
        Assert.Equal(0, offered.Attempts);
        await Eventually.Is(
            () => stack.Database.ScalarAsync<string>("SELECT failure_reason FROM workload_notifications"), reason => reason?.Contains("cannot be read", StringComparison.Ordinal) == true, TimeSpan.FromSeconds(20), "to fail");

        stack.Ingestion.ForecastDown = false;

        await OutputOfAsync(stack, offered.Id);
    }

    [Fact]
    public async Task ContextThatCannotBeMadeIsGivenUpAndLogged()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", "--Decisions:RetryDelay=00:00:00.01", "--Decisions:MaxRetryDelay=00:00:00.01", "--Decisions:PollInterval=00:00:00.05", "--Decisions:MaxAttempts=3");
        stack.Ingestion.ForecastDown = true;
        var id = await stack.SubmitAsync();
        var failed = await Eventually.Is(() => DecisionsAsync(stack, id), all => all.Any(d => d.DecisionType == DecisionType.LlmProcessingFailed), TimeSpan.FromSeconds(20), "to be given up");
        Assert.Contains("There is no decision context for the workload", failed.Single(d => d.DecisionType == DecisionType.LlmProcessingFailed).Reasoning, StringComparison.Ordinal);
        Assert.Equal(3, await stack.Database.ScalarAsync<int>("SELECT attempts FROM workload_notifications WHERE processed"));
    }

    [Theory]
    [InlineData("http_429", "HTTP 429")]
    [InlineData("blocked_prompt", "the prompt is blocked")]
    [InlineData("none", "the answer has no JSON object")]
    public async Task ModelThatFailsIsNamedAndTheScoresStand(string kind, string error)
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", "--GEMINI_API_KEY=good-key");
        await stack.Database.ExecuteAsync(TwoCentres);
        if (kind != "none")
            await stack.FaultAsync(new { kind }, of: "gemini");
        var id = await stack.SubmitAsync();
        var output = Json((await OutputOfAsync(stack, id)).Output);
        Assert.Contains(error, (string)output["_metadata"]!["llm_error"]!, StringComparison.Ordinal);
        Assert.Equal(("deterministic-v1", 2), ((string)output["_metadata"]!["model"]!, output["data_centre_options"]!.AsArray().Count));
        var types = (await DecisionsAsync(stack, id)).Select(d => d.DecisionType).ToList();
        Assert.Contains(DecisionType.LlmProcessingFailed, types);
        Assert.Contains(DecisionType.LlmDcSelection, types);
    }

    [Fact]
    public async Task SavingOfAMoveIsLoggedWhenItIsKnown()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.Database.ExecuteAsync(TwoCentres);
        stack.Ingestion.Intensities[2] = 50;
        stack.Ingestion.Intensities[13] = 250;
        await stack.Database.Server.ExecuteAsync(
            "INSERT INTO orchestrator.compute_workloads (workload_name, estimated_energy_kwh, host_dc_id) SELECT 'moves', 10, id FROM orchestrator.data_centres WHERE dc_id = 'DC-002'");
        var id = (await stack.Database.ScalarAsync<Guid>("SELECT id FROM compute_workloads")).ToString();
        await OutputOfAsync(stack, id);
        var selection = (await DecisionsAsync(stack, id)).Single(d => d.DecisionType == DecisionType.LlmDcSelection);
        Assert.Equal((2_000, await stack.Database.ScalarAsync<Guid>("SELECT id FROM data_centres WHERE dc_id = 'DC-002'")), (selection.CarbonSavedGco2, Guid.Parse(selection.SourceDcId)));
    }

    [Fact]
    public async Task SeveralInstancesMakeEachContextOnce()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await using var other = await stack.StartAnotherAsync();
        await stack.Database.Server.ExecuteAsync("INSERT INTO orchestrator.compute_workloads (workload_name, bpp_processed) SELECT 'w' || n, true FROM generate_series(1, 120) n");
        await Eventually.Is(
            () => stack.Database.ScalarAsync<long>("SELECT count(*) FROM workload_notifications WHERE processed"), count => count == 120, TimeSpan.FromSeconds(40), "to be processed");
        Assert.Equal(120L, await stack.Database.ScalarAsync<long>("SELECT count(DISTINCT workload_id) FROM decision_contexts WHERE context_version = 1"));
        Assert.Equal(120L, await stack.Database.ScalarAsync<long>("SELECT count(*) FROM decision_contexts"));
        Assert.True(await IsIntactAsync(stack));
    }

    [Fact]
    public async Task FlowLogsWhatItDecides()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        await stack.ChooseAsync(offered.Id, 2);
        await stack.UntilAsync(offered.Id, WorkloadStatus.Scheduled);

        var decisions = (await DecisionsAsync(stack, offered.Id)).OrderBy(d => d.DecidedAt).ToList();

        var offer = decisions.Single(d => d.DecisionType == DecisionType.CarbonOptimization);
        Assert.Equal(offered.Recommendations.Select(r => r.Score), offer.AlternativesConsidered.Values.Select(v => v.StructValue.Fields["score"].NumberValue));
        Assert.Contains($"booked under order {offered.Recommendations[0].OrderId}", offer.Reasoning, StringComparison.Ordinal);
        Assert.StartsWith("The user chose option 2", decisions.Single(d => d.DecisionType == DecisionType.AcceptWorkload).Reasoning, StringComparison.Ordinal);
        Assert.All(decisions, d => Assert.NotEmpty(d.AgentId));
        Assert.All(decisions, d => Assert.False(d.HasCarbonSavedGco2));
        Assert.True(await IsIntactAsync(stack));
    }

    [Fact]
    public async Task FailedWorkloadIsLoggedAsRejected()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.FaultAsync(new { kind = "http_error", action = "discover", count = 0 });
        var id = await stack.SubmitAsync();
        await stack.UntilAsync(id, WorkloadStatus.Failed);
        Assert.StartsWith("The workload is given up after attempt 4", (await DecisionsAsync(stack, id)).Single(d => d.DecisionType == DecisionType.RejectWorkload).Reasoning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EntriesAreListedWithTheirHashes()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await OutputOfAsync(stack, await stack.SubmitAsync());
        await stack.OfferedAsync();
        var all = (await stack.Audit.ListEntriesAsync(new ListEntriesRequest())).Entries;
        Assert.Equal(Enumerable.Range(1, all.Count).Select(n => (long)n), all.Select(e => e.Seq));
        Assert.All(all, e => Assert.Equal(e.Hash, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(e.HashedBytes.Span))));
        // The flow may have decided more meanwhile.
        Assert.Equal(all.Skip(1), (await stack.Audit.ListEntriesAsync(new ListEntriesRequest { AfterSeq = 1 })).Entries.Take(all.Count - 1));
    }

    [Fact]
    public async Task CatalogueHasTheOpenWorkloadsInTheShapeOfTheSeed()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.Database.Server.ExecuteAsync(
            """
            INSERT INTO orchestrator.compute_workloads (workload_name, job_id, workload_type, urgency, required_gpu_mins, bpp_processed, submitted_at)
            VALUES ('Night batch', 'JOB-1', 'TRAINING_RUN', 'HIGH', 90, true, '2026-01-01'), ('Other', 'JOB-2', NULL, NULL, NULL, true, '2026-01-02')
            """);
        var catalog = await stack.Beckn.GetCatalogAsync(new GetCatalogRequest { PageSize = 1 });
        Assert.Equal("on_search", catalog.Context.Fields["action"].StringValue);
        var item = Assert.Single(Items(catalog.Message));
        Assert.Equal(
            ("JOB-1", "TRAINING_RUN", 90, "HIGH", "90"),
            ((string)item["id"]!, (string)item["descriptor"]!["name"]!, (int)item["quantity"]!["required"]!["gpu_mins"]!, (string)item["tags"]!["urgency"]!, (string)item["quantity"]!["measure"]!["value"]!));
        Assert.Equal(["JOB-2"], Items((await stack.Beckn.GetCatalogAsync(new GetCatalogRequest { PageToken = catalog.NextPageToken })).Message).Select(i => (string)i["id"]!));

        var search = JsonParser.Default.Parse<Struct>("""{ "context": { "action": "search", "transaction_id": "t-1" }, "message": { "intent": { "item": { "descriptor": { "name": "night" } } } } }""");
        var found = await stack.Beckn.SearchAsync(new SearchRequest { Body = search });
        Assert.Equal(("ACK", "t-1"), (found.Message.Fields["ack"].StructValue.Fields["status"].StringValue, found.Context.Fields["transaction_id"].StringValue));
        Assert.Equal(["JOB-1"], Items(found.Message).Select(i => (string)i["id"]!));
        foreach (var wrong in new[] { """{ "context": { "action": "select" } }""", """{ "context": { "message_id": 5 } }""" })
            Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await stack.Beckn.SearchAsync(new SearchRequest { Body = JsonParser.Default.Parse<Struct>(wrong) }))).StatusCode);
    }

    [Fact]
    public async Task TransactionsAreListedWithTheirMessages()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var first = await stack.OfferedAsync();
        var second = await stack.OfferedAsync();
        var page = await stack.Beckn.ListTransactionsAsync(new ListTransactionsRequest { PageSize = 1 });
        Assert.Equal((second.TransactionId, second.Id), (page.Transactions[0].TransactionId, page.Transactions[0].WorkloadId));
        Assert.Equal(["discover", "select", "init", "confirm"], page.Transactions[0].Messages.Select(m => m.Action));
        Assert.All(page.Transactions[0].Messages, m => Assert.NotNull(m.AnsweredAt));
        var rest = await stack.Beckn.ListTransactionsAsync(new ListTransactionsRequest { PageToken = page.NextPageToken });
        Assert.Equal([first.TransactionId], rest.Transactions.Select(t => t.TransactionId));
        Assert.Equal([first.TransactionId], (await stack.Beckn.ListTransactionsAsync(new ListTransactionsRequest { WorkloadId = first.Id })).Transactions.Select(t => t.TransactionId));
    }

    private static JsonNode Json(IMessage message) => JsonNode.Parse(JsonFormatter.Default.Format(message))!;

    private static IEnumerable<JsonNode> Items(Struct message) => Json(message)["catalog"]!["providers"]![0]!["items"]!.AsArray()!;

    private static async Task<GetLlmOutputResponse> OutputOfAsync(OrchestratorStack stack, string id)
    {
        await Eventually.Is(
            () => stack.Database.ScalarAsync<long>("SELECT count(*) FROM llm_outputs WHERE workload_id = $1", Guid.Parse(id)), count => count == 1, TimeSpan.FromSeconds(20), "to have an output");
        return await stack.Decisions.GetLlmOutputAsync(new GetLlmOutputRequest { WorkloadId = id });
    }

    private static async Task<IReadOnlyList<OrchestrationDecision>> DecisionsAsync(OrchestratorStack stack, string id) =>
        (await stack.Decisions.ListDecisionsAsync(new ListDecisionsRequest { WorkloadId = id })).Decisions;

    private static async Task<bool> IsIntactAsync(OrchestratorStack stack)
    {
        using var call = stack.Audit.Verify(new VerifyRequest());
        VerifyResponse? last = null;
        await foreach (var message in call.ResponseStream.ReadAllAsync())
            last = message;
        return last!.Intact;
    }
}
