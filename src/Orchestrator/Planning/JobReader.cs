using Google.Protobuf.WellKnownTypes;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;
using LibraryObjective = Pylon.Forecasting.Planning.Requests.PlanObjective;

namespace Pylon.Orchestrator.Planning;

/// <summary>Reads a job of a request on the steps of its places; what is wrong is refused with its field. Pure.</summary>
internal sealed class JobReader(Places places, PlanningOptions options)
{
    private const double MostKw = 10_000_000;
    private const double MostKwh = 100_000_000;
    private const int MostSteps = Forecasting.Planning.Series.PlanSeries.MaxSteps;
    private readonly LimitReader _limits = new(places, options);

    public Job Read(PlanJob? given, string field, int runnersUp)
    {
        if (given is null)
            throw Refusal.InvalidArgument(field, "must be given").AsException();
        if (given.Unreadable.AsRefusal(field, $"{field}.") is { } unreadable)
            throw unreadable.AsException();
        var id = Field.Text(given.JobId, $"{field}.job_id", 0, 200);
        var duration = Duration(given, field);
        var request = new PlanRequest
        {
            Zones = places.Zones,
            Duration = duration,
            Arrival = Arrival(given, field),
            Slack = Slack(given, field),
            Shape = given.Interruptible ? PlanShape.Interruptible : PlanShape.Consecutive,
            Power = Power(given, duration, field),
            Objective = Objective(given.Objective, $"{field}.objective"),
            Limits = given.Limits is null ? new Forecasting.Planning.Requests.PlanLimits() : _limits.Read(given.Limits, HasEnergy(given), $"{field}.limits"),
            RunnersUp = runnersUp,
        };
        var job = new Job(id, given.Interruptible ? Interruptible(request, given, field) : Consecutive(request, given, field), given.HasGpuMins ? given.GpuMins : null, HasEnergy(given));
        return EndsLate(job, given.Limits) ? job with { Request = job.Request with { Arrival = job.Begin + 1 } } : job;
    }

    // Work that starts in a step that has begun ends its duration after now. Where that is after the deadline, the next step is the first to start in.
    private bool EndsLate(Job job, V1.PlanLimits? limits)
    {
        if (job.Request.Limits.Deadline is not { } steps || places is not { Now: { } now, Start: { } start })
            return false;
        var begin = start + (job.Begin * places.Step);
        var deadline = limits?.Deadline?.ToDateTimeOffset() ?? start + (steps * places.Step);
        return begin < now && now < begin + places.Step && now + (job.Request.Duration * places.Step) > deadline;
    }

    private static bool HasEnergy(PlanJob job) => job.PowerKw.Count > 0 || job.HasEnergyKwh || job.HasGpuMins;

    private static PlanRequest Consecutive(PlanRequest request, PlanJob job, string field)
    {
        var wrong = job.MinPieceSteps != 0 ? "min_piece_steps" : job.HasMaxRestarts ? "max_restarts" : job.RestartEnergyKwh != 0 ? "restart_energy_kwh" : null;
        return wrong is null ? request : throw Refusal.InvalidArgument($"{field}.{wrong}", "must be absent unless interruptible is true").AsException();
    }

    private static PlanRequest Interruptible(PlanRequest request, PlanJob job, string field) => request with
    {
        MinPiece = job.MinPieceSteps == 0 ? 1 : Field.Range(job.MinPieceSteps, $"{field}.min_piece_steps", 1, request.Duration),
        MaxRestarts = job.HasMaxRestarts ? Field.Range(job.MaxRestarts, $"{field}.max_restarts", 0, MostSteps) : null,
        RestartJoules = Joules(Field.Range(job.RestartEnergyKwh, $"{field}.restart_energy_kwh", 0, MostKwh)),
    };

    private int Arrival(PlanJob job, string field) => job.ArrivalCase == PlanJob.ArrivalOneofCase.ArrivalTime
        ? places.FirstStepFrom(job.ArrivalTime, $"{field}.arrival_time")
        : Field.Range(job.ArrivalStep, $"{field}.arrival_step", 0, MostSteps);

    private int Duration(PlanJob job, string field)
    {
        if (job.LengthCase != PlanJob.LengthOneofCase.Duration)
            return Field.Range(job.DurationSteps, $"{field}.duration_steps", 1, MostSteps);
        var length = Times.Length(job.Duration, $"{field}.duration");
        return length > TimeSpan.Zero && length.Ticks % places.Step.Ticks == 0 && length / places.Step <= MostSteps
            ? (int)(length / places.Step)
            : throw Refusal.InvalidArgument($"{field}.duration", $"must be 1 to {MostSteps} whole steps of {places.Step:c}").AsException();
    }

    private int? Slack(PlanJob job, string field) => job.WaitCase switch
    {
        PlanJob.WaitOneofCase.SlackSteps => Field.Range(job.SlackSteps, $"{field}.slack_steps", 0, MostSteps),
        PlanJob.WaitOneofCase.Slack => places.WholeSteps(job.Slack, $"{field}.slack"),
        _ => null,
    };

    private PowerProfile Power(PlanJob job, int duration, string field)
    {
        if ((job.PowerKw.Count > 0 ? 1 : 0) + (job.HasEnergyKwh ? 1 : 0) + (job.HasGpuMins ? 1 : 0) > 1)
            throw Refusal.InvalidArgument($"{field}.energy_kwh", "must be given as one of power_kw, energy_kwh and gpu_mins").AsException();
        if (job.PowerKw.Count > 0)
            return Profile(job, duration, field);
        var energy = job.HasEnergyKwh ? Energy(job.EnergyKwh, $"{field}.energy_kwh")
            : job.HasGpuMins ? Energy(Field.Range(job.GpuMins, $"{field}.gpu_mins", 1, int.MaxValue) / 60.0 * options.GpuKw, $"{field}.gpu_mins")
            : duration;
        return PowerProfile.Of([new PowerPiece(duration, Math.Max(1, Joules(energy / duration)))]);
    }

    private PowerProfile Profile(PlanJob job, int duration, string field)
    {
        if (job.PowerKw.Count != 1 && job.PowerKw.Count != duration)
            throw Refusal.InvalidArgument($"{field}.power_kw", $"must be one value, or one for each of the {duration} steps").AsException();
        var pieces = job.PowerKw.Select((kw, n) =>
            new PowerPiece(job.PowerKw.Count == 1 ? duration : 1, Joules(Field.Range(kw, $"{field}.power_kw[{n}]", 0, MostKw) * places.Step.TotalHours))).ToList();
        return pieces.Exists(piece => piece.JoulesPerStep > 0)
            ? PowerProfile.Of(pieces)
            : throw Refusal.InvalidArgument($"{field}.power_kw", "must not be 0 in every step").AsException();
    }

    private static double Energy(double kwh, string field) =>
        Field.Positive(kwh, field) <= MostKwh ? kwh : throw Refusal.InvalidArgument(field, $"must be at most {MostKwh} kWh").AsException();

    private static long Joules(double kwh) => (long)Math.Round(kwh * PowerProfile.JoulesPerKwh);

    private LibraryObjective Objective(V1.PlanObjective? given, string field)
    {
        var kind = Field.Known(given?.Kind ?? PlanObjectiveKind.Unspecified, $"{field}.kind");
        if (kind == PlanObjectiveKind.Unspecified)
            kind = places.HavePrices ? PlanObjectiveKind.Money : PlanObjectiveKind.Carbon;
        if (kind != PlanObjectiveKind.Carbon && !places.HavePrices)
            throw Refusal.InvalidArgument($"{field}.kind", "must be PLAN_OBJECTIVE_KIND_CARBON unless every place has a price").AsException();
        if (given is { HasCarbonWeight: true } && kind != PlanObjectiveKind.Weighted)
            throw Refusal.InvalidArgument($"{field}.carbon_weight", "must be absent, except for PLAN_OBJECTIVE_KIND_WEIGHTED").AsException();
        if (given is { HasCarbonPriceGbpTonne: true } && kind != PlanObjectiveKind.Money)
            throw Refusal.InvalidArgument($"{field}.carbon_price_gbp_tonne", "must be absent, except for PLAN_OBJECTIVE_KIND_MONEY").AsException();
        return kind switch
        {
            PlanObjectiveKind.Carbon => new LibraryObjective.Carbon(),
            PlanObjectiveKind.Price => new LibraryObjective.Price(),
            PlanObjectiveKind.Weighted => new LibraryObjective.Weighted(
                Millionths(given is { HasCarbonWeight: true } ? Field.Range(given.CarbonWeight, $"{field}.carbon_weight", 0, 1) : 0.5)),
            _ => new LibraryObjective.Money((long)Math.Round(100 * (given is { HasCarbonPriceGbpTonne: true }
                ? Field.Range(given.CarbonPriceGbpTonne, $"{field}.carbon_price_gbp_tonne", 0, 1_000_000)
                : options.CarbonPriceGbpTonne))),
        };
    }

    internal static int Millionths(double weight) => (int)Math.Round(weight * 1_000_000);
}
