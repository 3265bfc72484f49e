using Google.Rpc;
using Grpc.Core;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Orchestrator.Planning;
using Pylon.Orchestrator.Tests.Running;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Pylon.Testing;
using static Pylon.Orchestrator.Tests.Planning.Requests;
using PlanLimits = Pylon.Orchestrator.V1.PlanLimits;

namespace Pylon.Orchestrator.Tests.Planning;

/// <summary>Many jobs in one call.</summary>
[Collection(PlanningStackGroup.Name)]
public sealed class PlanBatchTests(PlanningStack stack)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EveryRowOfTheReferenceYearIsAsExpected(bool interruptible)
    {
        if (ReferenceYear.Carbon is not { } year || ReferenceYear.Expected is not { } expected)
            return;

        var results = await BatchAsync(year, [.. Enumerable.Range(0, expected.Length).Select(arrival => Job(arrival, 6, 24, interruptible))]);

        Assert.Equal(8754, expected.Length);
        Assert.Equal(Enumerable.Range(0, 8754), results.Select(result => result.Index));
        for (var n = 0; n < expected.Length; n++)
        {
            Assert.Equal(expected[n].Now, results[n].Plan.Carbon.NowSum, 9);
            Assert.Equal(interruptible ? expected[n].Interruptible : expected[n].Consecutive, results[n].Plan.Carbon.Sum, 9);
        }
    }

    [Fact]
    public async Task BatchAnswersAsPlanWindowDoes()
    {
        var values = MadeUp(500);
        PlanJob[] jobs = [.. Enumerable.Range(0, 200).Select(n => Job(2 * n, 1 + (n % 9), n % 30, n % 2 == 0))];

        var results = await BatchAsync(values, jobs, jobsOfMessage: 37);

        for (var n = 0; n < jobs.Length; n += 10)
            Assert.Equal((await stack.Planning.PlanWindowAsync(Window(jobs[n], Place(values)))).Plan, results[n].Plan);
        Assert.Equal(jobs.Length, results.Count);
    }

    [Fact]
    public async Task WrongJobFailsAlone()
    {
        var (good, tooLate, wrong, infeasible) = (Job(0, 2), Job(9, 2), Job(0, 0), Job(0, 2));
        (good.JobId, wrong.JobId, infeasible.Limits) = ("good", "wrong", new PlanLimits { CarbonCapGco2Kwh = 1 });

        var results = await BatchAsync(MadeUp(10), [good, tooLate, wrong, infeasible, good]);

        Assert.Equal(["good", "", "wrong", "", "good"], results.Select(result => result.JobId));
        Assert.Equal(["", "SERIES_TOO_SHORT", "FIELD_INVALID", "NO_FEASIBLE_WINDOW", ""], results.Select(result => result.Error?.Reason ?? ""));
        Assert.Equal("jobs[2].duration_steps", results[2].Error.Field);
        Assert.Equal("carbon_cap_gco2_kwh", results[3].Error.Metadata["binding"]);
        Assert.Equal(results[0].Plan, results[4].Plan);
    }

    [Fact]
    public async Task ResultsComeWhileTheCallerStillSends()
    {
        using var call = stack.Planning.PlanBatch();
        await call.RequestStream.WriteAsync(new PlanBatchRequest { Places = { Place([2, 1, 3]) }, Jobs = { Job(0, 1) } });

        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).Within());
        var first = call.ResponseStream.Current;
        await call.RequestStream.WriteAsync(new PlanBatchRequest { Jobs = { Job(1, 2), Job(0, 9) } });
        await call.RequestStream.CompleteAsync();
        var rest = await call.ResponseStream.ReadAllAsync().ToListAsync().AsTask().Within();

        Assert.Equal((1, PlanValueKind.Inline), (first.Results[0].Plan.StartStep, first.Data[0].Carbon.Sources[0].Kind));
        Assert.Equal([1, 2], rest[0].Results.Select(result => result.Index));
        Assert.Empty(rest[0].Data);
        Assert.Equal((2, 1, 5.0), (rest[^1].Totals.Planned, rest[^1].Totals.Failed, rest[^1].Totals.Cost));
    }

    [Theory]
    [InlineData(3, 16859.97)]
    [InlineData(4, 15336.53)]
    [InlineData(6, 14519.39)]
    [InlineData(30, 14103.03)]
    public async Task JobsUnderACapacityCostAsKnown(int capacity, double cost)
    {
        if (ReferenceYear.Carbon is not { } year)
            return;

        var (results, totals) = await CapacityAsync(year, Thirty(interruptible: true), capacity);

        Assert.Equal((30, cost, cost, 0.0), (totals.Planned, Math.Round(totals.Cost, 2), Math.Round(totals.LowerBound, 2), totals.GapPercent));
        Assert.All(results.SelectMany(result => result.Plan.Steps()).GroupBy(step => step), together => Assert.InRange(together.Count(), 1, capacity));
    }

    [Fact]
    public async Task JobsWithoutInterruptionAreWithinTheirGap()
    {
        if (ReferenceYear.Carbon is not { } year)
            return;

        var (results, totals) = await CapacityAsync(year, Thirty(interruptible: false), 3);

        Assert.All(results, result => Assert.Single(result.Plan.Pieces));
        // In order, each as cheap as it can: 17,753.38.
        Assert.InRange(totals.Cost, totals.LowerBound, 17_753.37);
        Assert.Equal(100 * (totals.Cost - totals.LowerBound) / totals.LowerBound, totals.GapPercent, 6);
    }

    [Fact]
    public async Task MadeUpJobsShareTheStepsOfAPlace()
    {
        PlanJob[] jobs = [.. Enumerable.Range(0, 4).Select(_ => Job(0, 2, interruptible: true))];
        foreach (var job in jobs)
            job.EnergyKwh = 10;

        var (results, totals) = await CapacityAsync([40, 10, 30, 20, 99], jobs, 2);

        // Eight steps of 5 kWh in two of each of 10, 20, 30 and 40 g.
        Assert.Equal([0, 0, 1, 1, 2, 2, 3, 3], results.SelectMany(result => result.Plan.Steps()).Order());
        Assert.All(results, result => Assert.Equal((2, 10.0), (result.Plan.Steps().Count(), result.Plan.Energy.EnergyKwh)));
        Assert.Equal(1000, Math.Round(totals.Cost, 6));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LargeJobsWithoutACommonEnergyShareTheSteps(bool interruptible)
    {
        var (wrong, first, second, small) = (Job(0, 0, interruptible: interruptible), Job(0, 7, interruptible: interruptible), Job(0, 9, interruptible: interruptible), Job(0, 1, interruptible: interruptible));
        (first.EnergyKwh, second.EnergyKwh, small.EnergyKwh) = (3000, 5000, 0.000001);
        double[] carbon = [.. Enumerable.Range(0, 17).Select(n => 100.0 + n)];

        var (results, totals) = await CapacityAsync(carbon, [wrong, first, second, small], 1);

        Assert.Equal(["jobs[0].duration_steps", "", "", ""], results.Select(result => result.Error?.Field ?? ""));
        // What draws most comes first: 9 steps of 555.6 kWh, 7 of 428.6 kWh, and one of nearly nothing.
        Assert.Equal([9, 0, 16], results.Skip(1).Select(result => result.Plan.StartStep));
        Assert.Equal((5000 * 104) + (3000 * 112), totals.Cost, 2);
        Assert.InRange(totals.LowerBound, totals.Cost * (1 - (totals.GapPercent / 100)) - 0.01, totals.Cost + 0.01);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BatchWithACapacityEndsWithItsCall(bool interruptible)
    {
        var step = TimeSpan.FromHours(1);
        var series = PreparedSeries.Of(new StepValues { Step = step, Values = [2, 1, 3], Sources = [new ValueSource(PlanValueKind.Inline, "")] }, step, 0, isPrice: false, "carbon");
        var places = new Places([new Place(new PlanZone("gb", series.Series), series, null)], null, step);
        var batch = new CapacityBatch(places, new PlanningOptions(), 1, new CancellationToken(canceled: true));
        batch.Add([Job(0, 1, interruptible: interruptible)], 0);

        Assert.Throws<OperationCanceledException>(() => batch.Finish());
    }

    [Fact]
    public async Task CapacityThatIsTooSmallIsToldWithTheNextThatIsEnough()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => CapacityAsync([1, 2, 3], [Job(0, 3), Job(0, 2), Job(0, 2)], 1));

        Assert.Equal((StatusCode.FailedPrecondition, "NO_FEASIBLE_WINDOW"), (error.StatusCode, error.Reason()));
        Assert.Equal(("capacity", "3"), (error.Detail<ErrorInfo>()!.Metadata["binding"], error.Detail<ErrorInfo>()!.Metadata["relax_capacity"]));
    }

    [Fact]
    public async Task JobThatACapacityCannotKeepToFailsAlone()
    {
        var (mixed, capped, late) = (Job(0, 1), Job(0, 1, interruptible: true), Job(9, 1, interruptible: true));
        capped.Limits = new PlanLimits { MinSavingPercent = 5 };

        var (results, totals) = await CapacityAsync([3, 1, 2], [Job(0, 2, interruptible: true), mixed, capped, late], 1);

        Assert.Equal(["", "jobs[1].interruptible", "jobs[2].limits.min_saving_percent", ""], results.Select(result => result.Error?.Field ?? ""));
        Assert.Equal(("SERIES_TOO_SHORT", 3.0, 3), (results[3].Error.Reason, totals.Cost, totals.Failed));
    }

    private static readonly (string Field, PlanBatchRequest[] Messages)[] Wrong =
    [
        ("places", []),
        ("places", [new PlanBatchRequest { Jobs = { Job(0, 1) } }]),
        ("places", [new PlanBatchRequest { Places = { Place([1]) } }, new PlanBatchRequest { Places = { Place([1]) } }]),
        ("capacity", [new PlanBatchRequest { Places = { Place([1]) }, Capacity = 0 }]),
        ("capacity", [new PlanBatchRequest { Places = { Place([1], zone: "a"), Place([1], zone: "b") }, Capacity = 1 }]),
        ("capacity", [new PlanBatchRequest { Places = { Place([1]) } }, new PlanBatchRequest { Capacity = 1 }]),
        ("jobs", [new PlanBatchRequest { Places = { Place([1]) }, Jobs = { Enumerable.Repeat(Job(0, 1), 20_001) } }]),
        ("jobs", [new PlanBatchRequest { Places = { Place([1]) }, Capacity = 1, Jobs = { Enumerable.Repeat(Job(0, 1), 2001) } }]),
    ];

    [Fact]
    public async Task WrongStreamIsRefusedByItsField()
    {
        foreach (var (field, messages) in Wrong)
        {
            var error = await Assert.ThrowsAsync<RpcException>(() => SendAsync(stack.Planning, messages));
            Assert.Equal((StatusCode.InvalidArgument, field), (error.StatusCode, error.Violations().FirstOrDefault()?.Field));
        }
    }

    [Fact]
    public async Task BatchIsBoundedInJobsAndBytes()
    {
        await using var small = await OrchestratorStack.StartAsync("sync", "--Planning:MaxBatchJobs=2", "--Planning:MaxBatchBytes=1024");

        var jobs = await Assert.ThrowsAsync<RpcException>(() => SendAsync(small.Planning, new PlanBatchRequest { Places = { Place([1]) }, Jobs = { Enumerable.Repeat(Job(0, 1), 3) } }));
        var bytes = await Assert.ThrowsAsync<RpcException>(() => SendAsync(small.Planning, new PlanBatchRequest { Places = { Place(MadeUp(200)) }, Jobs = { Job(0, 1) } }));

        Assert.Equal(("jobs must be at most 2 in a batch", "jobs must be at most 1024 bytes in a batch"), (jobs.Status.Detail, bytes.Status.Detail));
    }

    private static PlanJob[] Thirty(bool interruptible) =>
        [.. Enumerable.Range(0, 30).Select(i => Job(1000 + (37 * i % 48), 2 + (5 * i % 6), 12 + (11 * i % 24), interruptible))];

    private async Task<List<PlanBatchResult>> BatchAsync(double[] values, PlanJob[] jobs, int jobsOfMessage = 1000)
    {
        var messages = jobs.Chunk(jobsOfMessage).Select(some => new PlanBatchRequest { Jobs = { some } }).ToArray();
        messages[0].Places.Add(Place(values));
        return [.. (await SendAsync(stack.Planning, messages)).SelectMany(response => response.Results)];
    }

    private async Task<(List<PlanBatchResult> Results, PlanBatchTotals Totals)> CapacityAsync(double[] values, PlanJob[] jobs, int capacity)
    {
        var responses = await SendAsync(stack.Planning, new PlanBatchRequest { Places = { Place(values) }, Capacity = capacity, Jobs = { jobs } });
        return ([.. responses.SelectMany(response => response.Results)], responses[^1].Totals);
    }

    private static async Task<List<PlanBatchResponse>> SendAsync(V1.PlanningService.PlanningServiceClient client, params PlanBatchRequest[] messages)
    {
        using var call = client.PlanBatch();
        var reading = call.ResponseStream.ReadAllAsync().ToListAsync().AsTask();
        try
        {
            foreach (var message in messages)
                await call.RequestStream.WriteAsync(message);
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // The call has ended: its status comes with the answer.
        }

        return await reading;
    }
}
