using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Running;

public sealed class ShiftTests
{
    private const int Region = 10;
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    [Fact]
    public async Task ShiftedWorkIsScheduledLaterAtItsPlaceAndItsBookingIsCancelled()
    {
        await using var stack = await StackAsync();
        var offered = await OfferedAsync(stack);
        var start = HalfHourIn(12);

        var shifted = await ShiftAsync(stack, offered.Id, 1, start);

        var option = shifted.Recommendations[0];
        Assert.Equal((WorkloadStatus.Scheduled, 1), (shifted.Status, shifted.ChosenOption));
        Assert.Equal(new Window { StartTime = start, EndTime = (start.ToDateTimeOffset() + TimeSpan.FromHours(2)).ToTimestamp() }, option.Window);
        Assert.Equal((100, 20 * 100), (option.CarbonIntensityGco2Kwh, option.ExpectedGco2));
        Assert.Equal((RecommendationSource.Grid, "", BookingState.None), (option.Source, option.OrderId, option.BookingState));
        Assert.Equal(["CANCELLED"], await stack.OrderStatesAsync(offered.Id));
        Assert.Contains("pylon.workload.shifted.v1", await stack.Database.EventsOfAsync(Guid.Parse(offered.Id)));
    }

    [Fact]
    public async Task ScheduledWorkIsShiftedToAnotherOfItsPlacesOnce()
    {
        await using var stack = await StackAsync();
        var offered = await OfferedAsync(stack);
        await stack.ChooseAsync(offered.Id, 1);

        var answers = await Task.WhenAll(ShiftAsync(stack, offered.Id, 3, HalfHourIn(12)), ShiftAsync(stack, offered.Id, 3, HalfHourIn(12)));

        Assert.All(answers, a => Assert.Equal((WorkloadStatus.Scheduled, 3), (a.Status, a.ChosenOption)));
        Assert.Equal(["CANCELLED"], await stack.OrderStatesAsync(offered.Id));
        Assert.Single(await stack.Database.EventsOfAsync(Guid.Parse(offered.Id)), e => e == "pylon.workload.shifted.v1");
    }

    [Fact]
    public async Task WorkWithAReportedPhaseIsNotShifted()
    {
        await using var stack = await StackAsync();
        var offered = await OfferedAsync(stack);
        await stack.ChooseAsync(offered.Id, 1);
        await stack.UntilAsync(offered.Id, RunState.Running);
        await stack.Database.ExecuteAsync(
            $$"""UPDATE workload_runs SET progress = '{"phases": [{"phase": "prepare", "state": "PHASE_RUN_STATE_RUNNING"}]}' WHERE workload_id = '{{offered.Id}}'""");

        await RefusedAsync(() => ShiftAsync(stack, offered.Id, 1, HalfHourIn(12)), StatusCode.FailedPrecondition, "has begun");
        Assert.Equal(["CONFIRMED"], await stack.OrderStatesAsync(offered.Id));
    }

    [Fact]
    public async Task AShiftThatBreaksAConstraintIsRefusedWithIt()
    {
        await using var stack = await StackAsync();
        var offered = await OfferedAsync(stack, deadline: HalfHourIn(20));

        await RefusedAsync(() => ShiftAsync(stack, offered.Id, 1, HalfHourIn(19)), StatusCode.FailedPrecondition, "DEADLINE");
        Assert.Equal(WorkloadStatus.Scheduled, (await ShiftAsync(stack, offered.Id, 1, HalfHourIn(18))).Status);
    }

    [Fact]
    public async Task TimesThatNoForecastReachesAreRefused()
    {
        await using var stack = await StackAsync();
        var offered = await OfferedAsync(stack);
        stack.Ingestion.Series[(GridSeries.CarbonIntensity, Region)] = Values(hours: 10);

        await RefusedAsync(() => ShiftAsync(stack, offered.Id, 1, HalfHourIn(12)), StatusCode.FailedPrecondition, "forecast");
        await RefusedAsync(() => ShiftAsync(stack, offered.Id, 1, HalfHourIn(-1)), StatusCode.InvalidArgument, "start_time");
        await RefusedAsync(() => ShiftAsync(stack, offered.Id, 1, HalfHourIn(24 * 8)), StatusCode.InvalidArgument, "start_time");
        await RefusedAsync(() => ShiftAsync(stack, offered.Id, 1, new Timestamp { Seconds = HalfHourIn(2).Seconds + 60 }), StatusCode.InvalidArgument, "start_time");
        await RefusedAsync(() => ShiftAsync(stack, offered.Id, 1, null), StatusCode.InvalidArgument, "start_time");
        await RefusedAsync(() => ShiftAsync(stack, offered.Id, 4, HalfHourIn(2)), StatusCode.InvalidArgument, "option");
        await RefusedAsync(() => ShiftAsync(stack, Guid.NewGuid().ToString(), 1, HalfHourIn(2)), StatusCode.NotFound, "workload");
    }

    [Fact]
    public async Task WhatMayBeShiftedIsListedByTheRegionOfItsOption()
    {
        await using var stack = await StackAsync();
        var first = await OfferedAsync(stack, deadline: HalfHourIn(20));
        var shifted = await ShiftAsync(stack, (await OfferedAsync(stack)).Id, 1, HalfHourIn(40));

        var listed = await ListAsync(new ListShiftableWorkloadsRequest { RegionId = { Region } });
        Assert.Equal([first.Id, shifted.Id], listed.Select(w => w.Id));
        Assert.Equal((1, TimeSpan.FromHours(2), 20.0, HalfHourIn(18)), (listed[0].Option, listed[0].Duration.ToTimeSpan(), listed[0].EnergyKwh, listed[0].LatestStart));
        Assert.Equal([(1, Region), (2, Region), (3, Region)], listed[0].Places.Select(p => (p.Option, p.RegionId)));
        Assert.Null(listed[1].LatestStart);
        Assert.Equal([first.Id], (await ListAsync(new ListShiftableWorkloadsRequest { RegionId = { Region }, Horizon = TimeSpan.FromHours(39).ToDuration() })).Select(w => w.Id));
        Assert.Empty(await ListAsync(new ListShiftableWorkloadsRequest { RegionId = { 3 } }));

        await stack.Database.ExecuteAsync(
            $$"""UPDATE workload_runs SET progress = '{"phases": [{"phase": "prepare", "state": "PHASE_RUN_STATE_COMPLETED"}]}' WHERE workload_id = '{{shifted.Id}}'""");
        Assert.Equal([first.Id], (await ListAsync(new ListShiftableWorkloadsRequest { RegionId = { Region } })).Select(w => w.Id));
        await RefusedAsync(() => ListAsync(new ListShiftableWorkloadsRequest()), StatusCode.InvalidArgument, "region_id");
        await RefusedAsync(() => ListAsync(new ListShiftableWorkloadsRequest { RegionId = { 19 } }), StatusCode.InvalidArgument, "region_id");
        await RefusedAsync(() => ListAsync(new ListShiftableWorkloadsRequest { HostDcId = "nowhere" }), StatusCode.InvalidArgument, "host_dc_id");
        await RefusedAsync(() => ListAsync(new ListShiftableWorkloadsRequest { RegionId = { Region }, Horizon = TimeSpan.FromDays(8).ToDuration() }), StatusCode.InvalidArgument, "horizon");

        async Task<IList<ShiftableWorkload>> ListAsync(ListShiftableWorkloadsRequest request) => (await stack.Workloads.ListShiftableWorkloadsAsync(request)).Workloads;
    }

    private static async Task<OrchestratorStack> StackAsync()
    {
        var stack = await OrchestratorStack.StartAsync();
        stack.Ingestion.RegionOfZones = Region;
        stack.Ingestion.SeriesStart = HalfHourIn(0).ToDateTimeOffset();
        stack.Ingestion.Series[(GridSeries.CarbonIntensity, Region)] = Values(hours: 48);
        return stack;
    }

    /// <summary>300 g for twelve hours, then 100 g.</summary>
    private static double[] Values(int hours) => [.. Enumerable.Range(0, hours * 2).Select(n => n < 24 ? 300.0 : 100.0)];

    private static Timestamp HalfHourIn(int hours)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new DateTimeOffset(now.Ticks - (now.Ticks % HalfHour.Ticks), TimeSpan.Zero).AddHours(hours).ToTimestamp();
    }

    private static async Task<Workload> OfferedAsync(OrchestratorStack stack, Timestamp? deadline = null)
    {
        var submitted = await stack.Workloads.SubmitWorkloadAsync(
            new SubmitWorkloadRequest { WorkloadName = "training", RequiredGpuMins = 120, EstimatedEnergyKwh = 20, Deadline = deadline });
        return await stack.UntilAsync(submitted.Workload.Id, WorkloadStatus.PendingUserChoice);
    }

    private static async Task<Workload> ShiftAsync(OrchestratorStack stack, string id, int option, Timestamp? start) =>
        (await stack.Workloads.ShiftWorkloadAsync(new ShiftWorkloadRequest { Id = id, Option = option, StartTime = start })).Workload;

    private static async Task RefusedAsync(Func<Task> call, StatusCode code, string word)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(code, refused.StatusCode);
        Assert.Contains(word, refused.Status.Detail, StringComparison.OrdinalIgnoreCase);
    }
}
