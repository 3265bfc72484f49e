using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Pylon.Orchestrator.Runs;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;
using Option = Pylon.Orchestrator.Workloads.Option;

namespace Pylon.Orchestrator.Api;

/// <summary>Between the messages of WorkloadService and the rows of compute_workloads.</summary>
internal static class WorkloadMapping
{
    private const int MaxName = 200;
    private const int MaxJob = 100;
    private const int MaxParts = 1000;

    // 366 days.
    private const int MaxDelayMins = 527_040;

    /// <summary>Reads what a user submits; a field that breaks its rule is refused with its name.</summary>
    public static WorkloadRecord Parse(SubmitWorkloadRequest request, DateTimeOffset now)
    {
        var wish = Optional(Field.Text(request.Request, "request", 0, 4000));
        if (wish is null && request.WorkloadName.Trim().Length == 0)
            throw Refusal.InvalidArgument("workload_name", "give workload_name or request").AsException();
        var name = request.WorkloadName.Length == 0 && wish is not null
            ? Field.Text(Shortened(wish), "request", 1, MaxName)
            : Field.Text(request.WorkloadName, "workload_name", 1, MaxName);
        return new WorkloadRecord
        {
            Id = Guid.Empty,
            Name = name,
            Request = wish,
            WorkloadType = Optional(Field.Text(request.WorkloadType, "workload_type", 0, 100)),
            Urgency = Field.Known(request.Urgency, "urgency") == Urgency.Unspecified ? null : request.Urgency.ToString().ToUpperInvariant(),
            JobId = Optional(Field.Text(request.JobId, "job_id", request.JobId.Trim().Length == 0 ? 0 : 1, MaxName)),
            RequiredCpuCores = request.HasRequiredCpuCores ? Field.Positive(request.RequiredCpuCores, "required_cpu_cores") : null,
            RequiredMemoryGb = request.HasRequiredMemoryGb ? Field.Positive(request.RequiredMemoryGb, "required_memory_gb") : null,
            EstimatedEnergyKwh = request.HasEstimatedEnergyKwh ? Field.Positive(request.EstimatedEnergyKwh, "estimated_energy_kwh") : null,
            DeferralWindowMins = request.HasDeferralWindowMins ? Delay(request.DeferralWindowMins) : null,
            MaxTotalGco2 = request.HasMaxTotalGco2 ? Field.Positive(request.MaxTotalGco2, "max_total_gco2") : null,
            OperatorId = Field.OptionalUuid(request.OperatorId, "operator_id"),
            RequiredGpuMins = request.HasRequiredGpuMins ? Field.Positive(request.RequiredGpuMins, "required_gpu_mins") : null,
            ComputeLoadMw = request.HasComputeLoadMw ? Load(request.ComputeLoadMw) : null,
            CarbonCapGco2 = request.HasCarbonCapGco2 ? Field.Positive(request.CarbonCapGco2, "carbon_cap_gco2") : null,
            MaxPriceGbp = request.HasMaxPriceGbp ? Field.Positive(request.MaxPriceGbp, "max_price_gbp") : null,
            Deadline = request.Deadline is null ? null : Deadline(request.Deadline, now),
            UserEmail = Email(request.UserEmail),
            Job = Optional(Field.Text(request.Job, "job", 0, MaxJob)),
            Parts = request.HasParts ? Field.Range(request.Parts, "parts", 1, MaxParts) : null,
            AllowLate = request.AllowLate,
            Interruptible = request.Interruptible,
            Pipeline = Optional(Field.Text(request.Pipeline, "pipeline", request.Pipeline.Trim().Length == 0 ? 0 : 1, 100)),
        };
    }

    /// <summary>Reads the constraints that a replay changes.</summary>
    public static NewConstraints Parse(ReplayWorkloadRequest request, DateTimeOffset now)
    {
        var read = new NewConstraints
        {
            CarbonCapGco2 = request.HasCarbonCapGco2 ? Field.Positive(request.CarbonCapGco2, "carbon_cap_gco2") : null,
            MaxTotalGco2 = request.HasMaxTotalGco2 ? Field.Positive(request.MaxTotalGco2, "max_total_gco2") : null,
            MaxPriceGbp = request.HasMaxPriceGbp ? Field.Positive(request.MaxPriceGbp, "max_price_gbp") : null,
            Deadline = request.Deadline is null ? null : Deadline(request.Deadline, now),
            DeferralWindowMins = request.HasDeferralWindowMins ? Delay(request.DeferralWindowMins) : null,
        };
        var given = new Dictionary<Constraint, object?>
        {
            [Constraint.CarbonCap] = read.CarbonCapGco2,
            [Constraint.MaxTotalGco2] = read.MaxTotalGco2,
            [Constraint.MaxPrice] = read.MaxPriceGbp,
            [Constraint.Deadline] = read.Deadline,
            [Constraint.Delay] = read.DeferralWindowMins,
        };
        if (request.Remove.Any(c => !given.TryGetValue(c, out var value) || value is not null))
            throw Refusal.InvalidArgument("remove", "must be CARBON_CAP, MAX_TOTAL_GCO2, MAX_PRICE, DEADLINE or DELAY, without a new value of it").AsException();
        if (request.Remove.Count == 0)
            return read;
        return read with { Remove = [.. request.Remove.Distinct().Select(c => JsonNamingPolicy.SnakeCaseUpper.ConvertName(c.ToString()))] };
    }

    /// <summary>True when a repeated request is the same as the first.</summary>
    public static bool IsSameRequest(WorkloadRecord asked, WorkloadRecord stored) =>
        // What the database fills in was not asked.
        (asked.JobId ?? stored.Id.ToString(), asked.OperatorId ?? stored.OperatorId, asked.HostDcId, asked.RequiredCpuCores, asked.RequiredMemoryGb,
            asked.EstimatedEnergyKwh, asked.DeferralWindowMins, asked.MaxTotalGco2)
        == (stored.JobId, stored.OperatorId, stored.HostDcId, stored.RequiredCpuCores, stored.RequiredMemoryGb,
            stored.EstimatedEnergyKwh, stored.DeferralWindowMins, stored.MaxTotalGco2) &&
        (asked.Job, asked.Parts, asked.AllowLate, asked.Interruptible) == (stored.Job, stored.Parts, stored.AllowLate, stored.Interruptible) &&
        Equals(asked.JobParameters, stored.JobParameters) &&
        (asked.Name, asked.Request, asked.WorkloadType, asked.Urgency, asked.RequiredGpuMins, asked.ComputeLoadMw,
            asked.CarbonCapGco2, asked.MaxPriceGbp, Micro(asked.Deadline), asked.UserEmail, asked.Pipeline)
        == (stored.Name, stored.Request, stored.WorkloadType, stored.Urgency, stored.RequiredGpuMins, stored.ComputeLoadMw,
            stored.CarbonCapGco2, stored.MaxPriceGbp, Micro(stored.Deadline), stored.UserEmail, stored.Pipeline);

    public static Workload ToProto(WorkloadRecord record, IEnumerable<Option> options, RunRecord? run)
    {
        var workload = new Workload
        {
            Id = record.Id.ToString(),
            WorkloadName = record.Name,
            Request = record.Request ?? "",
            WorkloadType = record.WorkloadType ?? "",
            Urgency = EnumName.Parse<Urgency>(record.Urgency),
            Deadline = record.Deadline?.ToTimestamp(),
            UserEmail = record.UserEmail ?? "",
            Status = EnumName.Parse<WorkloadStatus>(record.Status),
            ChosenOption = record.ChosenOption ?? 0,
            Summary = Summary(record),
            SummaryEngine = EnumName.Parse<SummaryEngine>(record.SummaryEngine),
            TransactionId = record.TransactionId?.ToString() ?? "",
            Attempts = record.Attempts,
            FailureReason = record.FailureReason ?? "",
            SubmittedAt = record.SubmittedAt.ToTimestamp(),
            UpdatedAt = record.UpdatedAt.ToTimestamp(),
            Source = EnumName.Parse<RecordSource>(record.Source),
            Pipeline = DefaultPipeline.Of(record),
            Run = run is null ? null : RunMapping.ToProto(run),
            JobId = record.JobId ?? "",
            OperatorId = record.OperatorId?.ToString() ?? "",
            HostDcId = record.HostDcId?.ToString() ?? "",
            Job = record.Job ?? "",
            Parameters = { record.JobParameters ?? [] },
            AllowLate = record.AllowLate,
            Interruptible = record.Interruptible,
            Infeasibility = record.Status == Status.Failed ? record.Infeasibility : null,
            Outcome = record.Outcome,
            NextAttemptAt = record.Status is Status.Queued or Status.Choosing or Status.Cancelling ? Later(record.DueAt, record.UpdatedAt).ToTimestamp() : null,
        };
        if (record.Parts is { } parts)
            workload.Parts = parts;
        if (record.RequiredCpuCores is { } cores)
            workload.RequiredCpuCores = cores;
        if (record.RequiredMemoryGb is { } memory)
            workload.RequiredMemoryGb = memory;
        if (record.EstimatedEnergyKwh is { } energy)
            workload.EstimatedEnergyKwh = energy;
        if (record.DeferralWindowMins is { } delay)
            workload.DeferralWindowMins = delay;
        if (record.MaxTotalGco2 is { } total)
            workload.MaxTotalGco2 = total;
        if (record.RequiredGpuMins is { } minutes)
            workload.RequiredGpuMins = minutes;
        if (record.ComputeLoadMw is { } load)
            workload.ComputeLoadMw = load;
        if (record.CarbonCapGco2 is { } cap)
            workload.CarbonCapGco2 = cap;
        if (record.MaxPriceGbp is { } price)
            workload.MaxPriceGbp = price;
        workload.Alerts.AddRange(record.Alerts);
        workload.Recommendations.AddRange(options.Select(o => o.Recommendation));
        return workload;
    }

    // Urgent work is due before it is there.
    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    /// <summary>The stored facts of the offer, and what has become of it since.</summary>
    private static string Summary(WorkloadRecord record) => (record.Summary, record.Status, record.ChosenOption) switch
    {
        (null, _, _) => "",
        (var facts, Status.PendingUserChoice, _) => $"{facts}\nNothing is chosen yet: pick option 1, 2 or 3.",
        (var facts, Status.Cancelling or Status.Cancelled, _) => $"{facts}\nThe workload is {record.Status}.",
        (var facts, Status.Scheduled, { } option) => $"{facts}\nOption {option} is chosen and scheduled.",
        (var facts, _, { } option) => $"{facts}\nOption {option} is chosen.",
        var (facts, _, _) => facts,
    };

    private static int Delay(int minutes) => Field.Range(minutes, "deferral_window_mins", 0, MaxDelayMins);

    private static double Load(double megawatts) =>
        Field.Positive(megawatts, "compute_load_mw") <= 1000
            ? megawatts
            : throw Refusal.InvalidArgument("compute_load_mw", "must be at most 1000").AsException();

    private static string? Email(string text) => Optional(Field.Text(text, "user_email", 0, 254)) is null ? null : Field.Email(text, "user_email");

    private static string? Optional(string text) => text.Length == 0 ? null : text;

    private static DateTimeOffset Deadline(Timestamp deadline, DateTimeOffset now)
    {
        DateTimeOffset time;
        try
        {
            time = deadline.ToDateTimeOffset();
        }
        catch (InvalidOperationException)
        {
            throw Refusal.InvalidArgument("deadline", "must be a time before 2200").AsException();
        }

        // As is_time in the migrations.
        return time <= now
            ? throw Refusal.InvalidArgument("deadline", "must be in the future").AsException()
            : time.UtcDateTime.Year < 2200 ? time : throw Refusal.InvalidArgument("deadline", "must be a time before 2200").AsException();
    }

    private static string Shortened(string text)
    {
        var characters = text.EnumerateRunes().ToList();
        return characters.Count <= MaxName ? text : $"{string.Concat(characters.Take(MaxName - 1))}…";
    }

    // PostgreSQL keeps microseconds.
    private static long? Micro(DateTimeOffset? time) => time?.UtcTicks / 10;
}
