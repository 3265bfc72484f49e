using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pylon.Common.V1;
using Pylon.Insights.V1;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Shifts;

public sealed class ShiftTests : IAsyncLifetime
{
    private const int Region = 13;

    // Longer than a test takes.
    private static readonly TimeSpan OfATest = TimeSpan.FromSeconds(20);
    private FakeOrchestrator _orchestrator = null!;
    private InsightsStack _stack = null!;
    private ShiftService.ShiftServiceClient _shifts = null!;

    public async Task InitializeAsync()
    {
        // Work is planned by half hours, and none begins while a test runs.
        var left = Now().AddMinutes(30) - TimeProvider.System.GetUtcNow();
        if (left < OfATest)
            await Task.Delay(left);
        _orchestrator = await FakeOrchestrator.StartAsync();
        // 300 g for twelve hours, then 100 g.
        var now = Now();
        _orchestrator.Intensity = (_, at) => at < now.AddHours(12) ? 300 : 100;
        _stack = await InsightsStack.StartAsync(null, $"--PYLON_ORCHESTRATOR={_orchestrator.Address}", "--Shifts:Interval=1.00:00:00");
        _shifts = new ShiftService.ShiftServiceClient(_stack.Channel);
    }

    public async Task DisposeAsync()
    {
        await _stack.DisposeAsync();
        await _orchestrator.DisposeAsync();
    }

    [Fact]
    public async Task WorkInADirtyRegionIsProposedWhenItIsClean()
    {
        var work = Work(deadlineHours: 24);
        _orchestrator.Shiftable.Add(work);

        var proposed = await _shifts.ProposeShiftsAsync(new ProposeShiftsRequest { HotspotId = await HotspotAsync() });

        var proposal = Assert.Single(proposed.Proposals);
        Assert.Equal((work.Id, 1, Region), (proposal.WorkloadId, proposal.Option, proposal.RegionId));
        Assert.Equal(Now().AddHours(12), proposal.Window.StartTime.ToDateTimeOffset());
        Assert.Equal((6.0, 2.0), (proposal.BeforeKg, proposal.AfterKg));
        Assert.Equal(66.67, proposal.SavingPercent, 2);
        Assert.Equal(4 * 0.6, proposal.ExpectedSavingKg, 9);
    }

    [Fact]
    public async Task WorkThatSavesTooLittleIsNotProposedAndTheReasonIsTold()
    {
        // At most 11 hours later it is as dirty as now.
        _orchestrator.Shiftable.Add(Work(deadlineHours: 11));
        // 0.3 kWh save 0.06 kg.
        _orchestrator.Shiftable.Add(Work(deadlineHours: 24, energyKwh: 0.3));

        var proposed = await _shifts.ProposeShiftsAsync(new ProposeShiftsRequest { HotspotId = await HotspotAsync() });

        Assert.Empty(proposed.Proposals);
        Assert.Equal(2, proposed.Workloads);
        Assert.Equal([("it runs at the best time and place", 1), ("it would save less than 10 % or 1 kg", 1)], proposed.LeftOut.Select(x => (x.Key, x.Value)).Order());
    }

    [Fact]
    public async Task ACleanerPlaceOfTheWorkloadIsProposed()
    {
        _orchestrator.Intensity = (region, _) => region == 3 ? 50 : 300;
        var work = Work(deadlineHours: 24);
        work.Places.Add(new ShiftPlace { Option = 2, RegionId = 3 });
        _orchestrator.Shiftable.Add(work);

        var proposal = Assert.Single((await _shifts.ProposeShiftsAsync(new ProposeShiftsRequest { HotspotId = await HotspotAsync() })).Proposals);

        Assert.Equal((2, 3, 13), (proposal.Option, proposal.RegionId, proposal.RegionBefore));
        Assert.Equal((6.0, 1.0), (proposal.BeforeKg, proposal.AfterKg));
    }

    [Fact]
    public async Task AWorkloadHasOneProposalHoweverOftenItIsProposed()
    {
        _orchestrator.Shiftable.Add(Work(deadlineHours: 24));
        var hotspot = await HotspotAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _shifts.ProposeShiftsAsync(new ProposeShiftsRequest { HotspotId = hotspot }).ResponseAsync));

        Assert.Single((await ListAsync()).Proposals);
        Assert.Equal(1, await _stack.Database.Database.ScalarAsync<long>("SELECT count(*) FROM insights.outbox WHERE type = 'pylon.shift.proposed.v1'"));
    }

    [Fact]
    public async Task AProposalKeepsItsTimeUntilTheForecastOfItChangesMuch()
    {
        var first = await ProposedAsync();
        // A cleaner half hour comes into the forecast, and what is proposed stays what it was.
        _orchestrator.Intensity = (_, at) => at < Now().AddHours(12) ? 300 : at < Now().AddHours(16) ? 100 : 50;
        Assert.Equal(first.Window, (await AgainAsync()).Window);

        // Two hours later it is dirtier by more than a twentieth.
        await _stack.Database.Database.ExecuteAsync("UPDATE insights.shift_proposals SET planned_at = planned_at - interval '2 hours'");
        _orchestrator.Intensity = (_, at) => at < Now().AddHours(12) ? 300 : at < Now().AddHours(16) ? 106 : 50;
        Assert.Equal(Now().AddHours(16), (await AgainAsync()).Window.StartTime.ToDateTimeOffset());

        async Task<ShiftProposal> AgainAsync() => Assert.Single((await _shifts.ProposeShiftsAsync(new ProposeShiftsRequest { HotspotId = first.HotspotId })).Proposals);
    }

    [Fact]
    public async Task AChosenProposalMovesTheWorkload()
    {
        var proposal = await ProposedAsync();

        var chosen = (await ChooseAsync(proposal.Id, "ada")).Proposal;

        Assert.Equal(("chosen", "ada"), (chosen.Status, chosen.DecidedBy));
        var shift = Assert.Single(_orchestrator.Shifts);
        Assert.Equal((proposal.WorkloadId, 1, proposal.Window.StartTime), (shift.Id, shift.Option, shift.StartTime));
        Assert.Equal("chosen", (await ChooseAsync(proposal.Id, "ada")).Proposal.Status);
        Assert.Single(_orchestrator.Shifts);
    }

    [Fact]
    public async Task AnApprovedRecommendationToShiftIsImplementedByTheChoice()
    {
        var proposal = await ProposedAsync();
        await _stack.Database.Database.ExecuteAsync(
            $"""
            INSERT INTO insights.recommendations (hotspot_id, entity_ref, supplier_id, entity_type, kind, cause, rank, playbook_id, lever, title, description,
                co2_reduction, reduction_hours, reduction_status, cost_impact, feasibility, confidence, root_cause, engine, status, created_at, updated_at, expires_at, decided_at)
            SELECT id, entity_ref, entity, entity_type, 'compute', cause, rank, 'shift-' || rank, lever, 'Shift', '', 1, 672, 'simulated', '0%', 8, 1, '', 'playbook',
                'approved', now(), now(), now() + interval '30 days', now()
            FROM insights.hotspots, (VALUES (1, 'time_shift'), (2, 'efficiency:cooling')) AS measure (rank, lever)
            """);

        await ChooseAsync(proposal.Id, "ada");

        Assert.Equal(
            "time_shift implemented by ada, efficiency:cooling approved by ",
            await _stack.Database.Database.ScalarAsync<string>(
                "SELECT string_agg(format('%s %s by %s', lever, status, implemented_by), ', ' ORDER BY rank) FROM insights.recommendations"));
    }

    [Fact]
    public async Task OfTwoUsersWhoChooseAtOnceOneWinsAndTheOtherIsToldWhoDid()
    {
        var proposal = await ProposedAsync();
        string[] users = ["ada", "bob", "cem", "dee"];

        var answers = await Task.WhenAll(users.Select(async user =>
        {
            try
            {
                return (User: user, Winner: (await ChooseAsync(proposal.Id, user)).Proposal.DecidedBy, Refused: "");
            }
            catch (RpcException e)
            {
                return (User: user, Winner: "", Refused: e.Status.Detail);
            }
        }));

        var winner = Assert.Single(answers, a => a.Refused.Length == 0);
        Assert.Equal(winner.User, winner.Winner);
        Assert.All(answers.Where(a => a != winner), a => Assert.Contains($"by {winner.User}", a.Refused, StringComparison.Ordinal));
        Assert.Equal(1, await _stack.Database.Database.ScalarAsync<long>("SELECT count(*) FROM insights.audit_logs WHERE action = 'shift_chosen'"));
    }

    [Fact]
    public async Task AShiftThatTheOrchestratorRefusesIsToldWithItsReason()
    {
        var proposal = await ProposedAsync();
        _orchestrator.Refusal = new Grpc.Core.Status(StatusCode.FailedPrecondition, "the workload has begun");

        var refused = await Assert.ThrowsAsync<RpcException>(() => ChooseAsync(proposal.Id, "ada"));

        Assert.Contains("the workload has begun", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(("refused", "the workload has begun"), ((await ListAsync()).Proposals.Single().Status, (await ListAsync()).Proposals.Single().Reason));
    }

    [Fact]
    public async Task AChoiceThatTheOrchestratorDoesNotAnswerIsFinishedLater()
    {
        var proposal = await ProposedAsync();
        _orchestrator.Refusal = new Grpc.Core.Status(StatusCode.Unavailable, "away");

        Assert.Equal("choosing", (await ChooseAsync(proposal.Id, "ada")).Proposal.Status);

        _orchestrator.Refusal = null;
        // The Orchestrator no longer lists what has moved.
        _orchestrator.Shiftable.Clear();
        await using var another = await InsightsStack.StartOnAsync(
            _stack.Database, $"--PYLON_ORCHESTRATOR={_orchestrator.Address}", "--Shifts:Interval=00:00:00.05", "--Shifts:CallBound=00:00:00.1");
        await Eventually.Is(async () => (await ListAsync()).Proposals.Single().Status, status => status == "chosen");
    }

    [Fact]
    public async Task AHotspotOfAnOperatorThatTheOrchestratorDoesNotKnowHasNoWorkAndStopsNoOther()
    {
        var known = await HotspotAsync();
        var unknown = await HotspotAsync("data_centre", "DC-1", Guid.NewGuid());
        _orchestrator.Shiftable.Add(Work(deadlineHours: 24));
        _orchestrator.Failure = request => request.OperatorId.Length > 0 ? FakeOrchestrator.Invalid("operator_id") : null;

        Assert.Equal(0, (await _shifts.ProposeShiftsAsync(new ProposeShiftsRequest { HotspotId = unknown })).Workloads);

        var log = await RoundAsync(until: async () => (await ListAsync()).Proposals.Any(p => p.HotspotId == known));
        Assert.DoesNotContain(log.Lines, line => line.Contains(unknown, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AHotspotThatAlwaysFailsIsLoggedAndStopsNoOther()
    {
        var good = await HotspotAsync();
        var bad = await HotspotAsync("data_centre", "DC-1");
        _orchestrator.Shiftable.Add(Work(deadlineHours: 24));
        _orchestrator.Failure = request => request.HostDcId.Length > 0 ? new RpcException(new Grpc.Core.Status(StatusCode.Internal, "broken")) : null;

        var log = await RoundAsync(until: async () => (await ListAsync()).Proposals.Any(p => p.HotspotId == good));

        Assert.Single(log.Lines, line => line.StartsWith($"Error: Hotspot {bad}: no shifts could be proposed for it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AChoiceThatAlwaysFailsIsLoggedAndStopsNothingElse()
    {
        var chosen = await ProposedAsync();
        _orchestrator.Refusal = new Grpc.Core.Status(StatusCode.Internal, "broken");
        Assert.Equal("choosing", (await ChooseAsync(chosen.Id, "ada")).Proposal.Status);
        await _stack.Database.Database.ExecuteAsync("UPDATE insights.shift_proposals SET updated_at = updated_at - interval '1 hour'");
        var work = Work(deadlineHours: 24);
        _orchestrator.Shiftable.Add(work);

        var log = await RoundAsync(until: async () => (await ListAsync()).Proposals.Any(p => p.WorkloadId == work.Id));

        Assert.Single(log.Lines, line => line.StartsWith($"Error: Shift proposal {chosen.Id}: its workload could not be moved", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ARoundWithoutTheOrchestratorIsOneLineOfTheLog()
    {
        await HotspotAsync();
        await HotspotAsync("data_centre", "DC-1");
        _orchestrator.Failure = _ => new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "away"));

        var log = new RecordedLog();
        await RoundAsync(log, until: () => Task.FromResult(!log.Lines.IsEmpty));

        Assert.StartsWith("Warning: Shift proposals: the round failed", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProposalsAreWithdrawnWithTheirHotspot()
    {
        await ProposedAsync();
        await _stack.Database.Database.ExecuteAsync("UPDATE insights.hotspots SET status = 'resolved', resolved_at = now()");

        await using var another = await InsightsStack.StartOnAsync(_stack.Database, $"--PYLON_ORCHESTRATOR={_orchestrator.Address}", "--Shifts:Interval=00:00:00.05");

        await Eventually.Is(async () => (await ListAsync()).Proposals.Single(), p => p is { Status: "withdrawn", Reason: "the hotspot is over" });
    }

    [Fact]
    public async Task BadRequestsAreRefusedByName()
    {
        var supplier = await HotspotAsync("supplier", "s1");
        await RefusedAsync(() => _shifts.ProposeShiftsAsync(new ProposeShiftsRequest { HotspotId = "x" }).ResponseAsync, StatusCode.InvalidArgument, "hotspot_id");
        await RefusedAsync(() => _shifts.ProposeShiftsAsync(new ProposeShiftsRequest { HotspotId = Guid.NewGuid().ToString() }).ResponseAsync, StatusCode.NotFound, "hotspot");
        await RefusedAsync(() => _shifts.ProposeShiftsAsync(new ProposeShiftsRequest { HotspotId = supplier }).ResponseAsync, StatusCode.FailedPrecondition, "data_centre or a region");
        await RefusedAsync(() => ChooseAsync(Guid.NewGuid().ToString(), "ada"), StatusCode.NotFound, "shift proposal");
        await RefusedAsync(() => _shifts.ListShiftProposalsAsync(new ListShiftProposalsRequest { Status = "open" }).ResponseAsync, StatusCode.InvalidArgument, "status");
        await RefusedAsync(() => _shifts.ListShiftProposalsAsync(new ListShiftProposalsRequest { Limit = 101 }).ResponseAsync, StatusCode.InvalidArgument, "limit");
    }

    private static DateTimeOffset Now()
    {
        var now = TimeProvider.System.GetUtcNow();
        return new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.FromMinutes(30).Ticks), TimeSpan.Zero);
    }

    /// <summary>Two hours of 10 kWh each, planned for now.</summary>
    private static ShiftableWorkload Work(int deadlineHours, double energyKwh = 20) => new()
    {
        Id = Guid.NewGuid().ToString(),
        WorkloadName = "training",
        Option = 1,
        Window = new Window { StartTime = Now().ToTimestamp(), EndTime = Now().AddHours(2).ToTimestamp() },
        Duration = Duration.FromTimeSpan(TimeSpan.FromHours(2)),
        EnergyKwh = energyKwh,
        EnergyBasis = EnergyBasis.Told,
        LatestStart = Now().AddHours(deadlineHours - 2).ToTimestamp(),
        Places = { new ShiftPlace { Option = 1, RegionId = Region } },
    };

    private static async Task RefusedAsync(Func<Task> call, StatusCode code, string word)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(code, refused.StatusCode);
        Assert.Contains(word, refused.Status.Detail, StringComparison.Ordinal);
    }

    private async Task<ShiftProposal> ProposedAsync()
    {
        _orchestrator.Shiftable.Add(Work(deadlineHours: 24));
        return (await _shifts.ProposeShiftsAsync(new ProposeShiftsRequest { HotspotId = await HotspotAsync() })).Proposals.Single();
    }

    private async Task<ListShiftProposalsResponse> ListAsync() => await _shifts.ListShiftProposalsAsync(new ListShiftProposalsRequest());

    private async Task<ChooseShiftProposalResponse> ChooseAsync(string id, string user) =>
        await _shifts.ChooseShiftProposalAsync(new ChooseShiftProposalRequest { Id = id, UserId = user });

    private async Task<RecordedLog> RoundAsync(Func<Task<bool>> until)
    {
        var log = new RecordedLog();
        await RoundAsync(log, until);
        return log;
    }

    /// <summary>One round of a worker.</summary>
    private async Task RoundAsync(RecordedLog log, Func<Task<bool>> until)
    {
        using var worker = new Insights.Shifts.ShiftWorker(
            _stack.Services.GetRequiredService<Insights.Shifts.ShiftStore>(), _stack.Services.GetRequiredService<Insights.Shifts.ShiftMaker>(),
            Options.Create(new Insights.Shifts.ShiftOptions { Interval = TimeSpan.FromDays(1) }), TimeProvider.System, log.For<Insights.Shifts.ShiftWorker>());
        await worker.StartAsync(CancellationToken.None);
        await Eventually.True(until);
        await worker.StopAsync(CancellationToken.None);
    }

    private async Task<string> HotspotAsync(string entityType = "region", string entity = "13", Guid operatorId = default)
    {
        var id = Guid.NewGuid();
        await _stack.Database.Database.ExecuteAsync(
            $"""
            WITH entity AS (
                INSERT INTO insights.entities (operator_id, entity_type, entity, kind, activity_unit, region_id)
                VALUES ('{operatorId}', '{entityType}', '{entity}', 'grid', 'kWh', {Region}) RETURNING entity_ref)
            INSERT INTO insights.hotspots (id, operator_id, entity_ref, entity, entity_type, kind, cause, severity, status, basis, predicted_co2, baseline_co2,
                percent_above, score, confidence, impact_kg, first_hour, last_hour)
            SELECT '{id}', '{operatorId}', entity_ref, '{entity}', '{entityType}', 'grid', 'grid', 'warn', 'open', 'baseline', 300, 150, 100, 2, 1, 0, date_trunc('hour', now()), date_trunc('hour', now())
            FROM entity;
            -- In the same transaction: no recommendations but those of the tests.
            INSERT INTO insights.recommendation_runs (hotspot_id, engine, recommendations, made_at) VALUES ('{id}', 'playbook', 0, now());
            """);
        return id.ToString();
    }
}
