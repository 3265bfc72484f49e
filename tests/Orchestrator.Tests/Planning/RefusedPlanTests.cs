using Google.Rpc;
using Grpc.Core;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using static Pylon.Orchestrator.Tests.Planning.Requests;

namespace Pylon.Orchestrator.Tests.Planning;

/// <summary>What is refused, and what the refusal says.</summary>
[Collection(PlanningStackGroup.Name)]
public sealed class RefusedPlanTests(PlanningStack stack)
{
    private static readonly (string Field, Action<PlanWindowRequest> Break)[] Wrong =
    [
        ("places", r => r.Places.Clear()),
        ("places", r => r.Places.Add(r.Places[0])),
        ("places", r => r.Places.Add(Enumerable.Range(0, 65).Select(n => Place([1, 2], zone: $"z{n}")))),
        ("places[0].zone", r => r.Places[0].Zone = new string('z', 101)),
        ("places[0].region_id", r => r.Places[0].RegionId = 19),
        ("places[0].grid_zone_code", r => r.Places[0].GridZoneCode = ""),
        ("places[0].grid_zone_code", r => r.Places[0].GridZoneCode = "UK-NOWHERE"),
        ("places[0].pue", r => r.Places[0].Pue = 0.9),
        ("places[0].carbon", r => r.Places[0].Carbon = new PlanSeries()),
        ("places[0].carbon.inline.values", r => r.Places[0].Carbon.Inline.Values.Clear()),
        ("places[0].carbon.inline.values[1]", r => r.Places[0].Carbon.Inline.Values[1] = double.NaN),
        ("places[0].carbon.inline.values[2]", r => r.Places[0].Carbon.Inline.Values[2] = -1),
        ("places[0].carbon.inline.upper", r => r.Places[0].Carbon.Inline.Upper.Add(1)),
        ("places[0].carbon.inline.step", r => r.Places[0].Carbon.Inline.Step = new() { Seconds = -5 }),
        ("places[0].carbon.inline.start_time", r => r.Places[0].Carbon.Inline.StartTime = new() { Seconds = long.MaxValue }),
        ("places[0].carbon.stored.end_time", r => r.Places[0].Carbon = new() { Stored = new() { StartTime = At("2026-01-01Z"), EndTime = At("2026-01-01Z") } }),
        ("places[0].carbon.stored.series", r => r.Places[0].Carbon = new() { Stored = new() { StartTime = At("2026-01-01Z"), EndTime = At("2026-01-02Z"), Series = GridSeries.Demand } }),
        ("places[0].carbon.forecast.hours", r => r.Places[0].Carbon = new() { Forecast = new() { Hours = 337 } }),
        ("places[0].carbon.forecast.gaps", r => r.Places[0].Carbon = new() { Forecast = new() { Gaps = (PlanGaps)9 } }),
        ("places[0].price.inline.values", r => r.Places[0].Price = Inline([1])),
        ("places[0].price.forecast.series", r => r.Places[0].Price = new() { Forecast = new() { Series = GridSeries.ImbalanceVolume } }),
        ("step", r => r.Step = new() { Seconds = 1800 }),
        ("risk", r => r.Risk = 1.1),
        ("runners_up", r => r.RunnersUp = 64),
        ("job", r => r.Job = null),
        ("job.job_id", r => r.Job.JobId = new string('x', 201)),
        ("job.arrival_step", r => r.Job.ArrivalStep = -1),
        ("job.arrival_time", r => r.Job.ArrivalTime = At("2026-01-01Z")),
        ("job.duration_steps", r => r.Job.DurationSteps = 0),
        ("job.duration", r => r.Job.Duration = new() { Seconds = 5000 }),
        ("job.slack_steps", r => r.Job.SlackSteps = -1),
        ("job.min_piece_steps", r => r.Job.MinPieceSteps = 2),
        ("job.max_restarts", r => r.Job.MaxRestarts = 0),
        ("job.restart_energy_kwh", r => r.Job.RestartEnergyKwh = 1),
        ("job.min_piece_steps", r => (r.Job.Interruptible, r.Job.MinPieceSteps) = (true, 3)),
        ("job.power_kw", r => r.Job.PowerKw.Add([1, 2, 3])),
        ("job.power_kw", r => r.Job.PowerKw.Add(0)),
        ("job.power_kw[0]", r => r.Job.PowerKw.Add(-1)),
        ("job.energy_kwh", r => r.Job.EnergyKwh = 0),
        ("job.energy_kwh", r => (r.Job.EnergyKwh, r.Job.GpuMins) = (1, 1)),
        ("job.gpu_mins", r => r.Job.GpuMins = 0),
        ("job.objective.kind", r => r.Job.Objective = new() { Kind = PlanObjectiveKind.Price }),
        ("job.objective.kind", r => r.Job.Objective = new() { Kind = (PlanObjectiveKind)9 }),
        ("job.objective.carbon_weight", r => r.Job.Objective = new() { CarbonWeight = 0.5 }),
        ("job.limits.deadline", r => r.Job.Limits = new() { Deadline = At("2026-01-01Z") }),
        ("job.limits.urgency", r => r.Job.Limits = new() { Urgency = Urgency.Unspecified }),
        ("job.limits.max_total_gco2", r => r.Job.Limits = new() { MaxTotalGco2 = 1 }),
        ("job.limits.max_price_gbp", r => (r.Job.EnergyKwh, r.Job.Limits) = (1, new() { MaxPriceGbp = 1 })),
        ("job.limits.min_saving_percent", r => r.Job.Limits = new() { MinSavingPercent = 101 }),
        ("job.limits.allowed_zones[0]", r => r.Job.Limits = new() { AllowedZones = { "nowhere" } }),
        ("job.limits.blackouts[0].end_step", r => r.Job.Limits = new() { Blackouts = { new PlanBlackout { FirstStep = 3, EndStep = 3 } } }),
    ];

    [Fact]
    public async Task WrongFieldIsRefusedByItsName()
    {
        for (var n = 0; n < Wrong.Length; n++)
        {
            var request = Window(Job(0, 2), Place([3, 1, 2, 4]));
            Wrong[n].Break(request);

            var error = await Assert.ThrowsAsync<RpcException>(async () => await stack.Planning.PlanWindowAsync(request));

            Assert.Equal((StatusCode.InvalidArgument, Wrong[n].Field), (error.StatusCode, error.Violations().FirstOrDefault()?.Field));
        }
    }

    [Fact]
    public async Task SeriesThatEndsTooEarlyIsToldWithItsSteps()
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await stack.Planning.PlanWindowAsync(Window(Job(8755, 6), Place(MadeUp(8760)))));

        Assert.Equal((StatusCode.FailedPrecondition, "SERIES_TOO_SHORT"), (error.StatusCode, error.Reason()));
        Assert.Equal(("5", "6"), (Fact(error, "steps"), Fact(error, "needed")));
    }

    [Fact]
    public async Task DeadlineThatCannotBeKeptIsNamedWithTheNearestThatCan()
    {
        var place = Place([50, 40, 30, 20, 10]);
        place.Carbon.Inline.StartTime = At("2026-01-01T00:00:00Z");
        var job = Job(1, 2);
        job.Limits = new PlanLimits { Deadline = At("2026-01-01T02:00:00Z") };

        var error = await Assert.ThrowsAsync<RpcException>(async () => await stack.Planning.PlanWindowAsync(Window(job, place)));

        Assert.Equal((StatusCode.FailedPrecondition, "NO_FEASIBLE_WINDOW"), (error.StatusCode, error.Reason()));
        Assert.Equal(("deadline", "2026-01-01T03:00:00Z"), (Fact(error, "binding"), Fact(error, "relax_deadline")));
        Assert.Equal("deadline +1 h (2026-01-01T03:00:00Z)", Fact(error, "nearest"));
    }

    [Fact]
    public async Task CapThatIsTooLowIsNamedWithTheNearestThatDoes()
    {
        var job = Job(0, 2);
        job.EnergyKwh = 4;
        job.Limits = new PlanLimits { MaxTotalGco2 = 50 };

        var error = await Assert.ThrowsAsync<RpcException>(async () => await stack.Planning.PlanWindowAsync(Window(job, Place([50, 40, 30, 20, 10]))));

        Assert.Equal(("max_total_gco2", "60"), (Fact(error, "binding"), Fact(error, "relax_max_total_gco2")));
    }

    private static string? Fact(RpcException error, string name) => error.Detail<ErrorInfo>()!.Metadata.TryGetValue(name, out var value) ? value : null;
}
