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

    /// <summary>Reads what a user submits; a field that breaks its rule is refused with its name.</summary>
    public static WorkloadRecord Parse(SubmitWorkloadRequest request, DateTimeOffset now)
    {
        var wish = Optional(Field.Text(request.Request, "request", 0, 4000));
        var name = request.WorkloadName.Length == 0 && wish is not null
            ? Shortened(wish)
            : Field.Text(request.WorkloadName, "workload_name", 1, MaxName);
        return new WorkloadRecord
        {
            Id = Guid.Empty,
            Name = name,
            Request = wish,
            WorkloadType = Optional(Field.Text(request.WorkloadType, "workload_type", 0, 100)),
            Urgency = Field.Known(request.Urgency, "urgency") == Urgency.Unspecified ? null : request.Urgency.ToString().ToUpperInvariant(),
            RequiredGpuMins = request.HasRequiredGpuMins ? Field.Positive(request.RequiredGpuMins, "required_gpu_mins") : null,
            ComputeLoadMw = request.HasComputeLoadMw ? Load(request.ComputeLoadMw) : null,
            CarbonCapGco2 = request.HasCarbonCapGco2 ? Field.Positive(request.CarbonCapGco2, "carbon_cap_gco2") : null,
            MaxPriceGbp = request.HasMaxPriceGbp ? Field.Positive(request.MaxPriceGbp, "max_price_gbp") : null,
            Deadline = request.Deadline is null ? null : Deadline(request.Deadline, now),
            UserEmail = Email(request.UserEmail),
            Pipeline = Optional(Field.Text(request.Pipeline, "pipeline", 0, 100)),
        };
    }

    /// <summary>True when a repeated request is the same as the first.</summary>
    public static bool IsSameRequest(WorkloadRecord asked, WorkloadRecord stored) =>
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
            Summary = record.Summary ?? "",
            SummaryEngine = EnumName.Parse<SummaryEngine>(record.SummaryEngine),
            TransactionId = record.TransactionId?.ToString() ?? "",
            Attempts = record.Attempts,
            FailureReason = record.FailureReason ?? "",
            SubmittedAt = record.SubmittedAt.ToTimestamp(),
            UpdatedAt = record.UpdatedAt.ToTimestamp(),
            Pipeline = DefaultPipeline.Of(record),
            Run = run is null ? null : RunMapping.ToProto(run),
            NextAttemptAt = record.Status is Status.Queued or Status.Choosing or Status.Cancelling ? record.DueAt.ToTimestamp() : null,
        };
        if (record.RequiredGpuMins is { } minutes)
            workload.RequiredGpuMins = minutes;
        if (record.ComputeLoadMw is { } load)
            workload.ComputeLoadMw = load;
        if (record.CarbonCapGco2 is { } cap)
            workload.CarbonCapGco2 = cap;
        if (record.MaxPriceGbp is { } price)
            workload.MaxPriceGbp = price;
        workload.Alerts.AddRange(record.Alerts.Select(Google.Protobuf.JsonParser.Default.Parse<Common.V1.GridAlert>));
        workload.Recommendations.AddRange(options.Select(o => o.Recommendation));
        return workload;
    }

    private static double Load(double megawatts) =>
        Field.Positive(megawatts, "compute_load_mw") <= 1000
            ? megawatts
            : throw Refusal.InvalidArgument("compute_load_mw", "must be at most 1000").AsException();

    private static string? Email(string text)
    {
        var email = Optional(Field.Text(text, "user_email", 0, 254));
        return email is null || (email.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < email.Length - 1 && !email.Any(char.IsWhiteSpace))
            ? email
            : throw Refusal.InvalidArgument("user_email", "must be an e-mail address").AsException();
    }

    private static string? Optional(string text) => text.Length == 0 ? null : text;

    private static DateTimeOffset Deadline(Timestamp deadline, DateTimeOffset now)
    {
        try
        {
            if (deadline.ToDateTimeOffset() is var time && time > now)
                return time;
        }
        catch (InvalidOperationException)
        {
            throw Refusal.InvalidArgument("deadline", "must be a time of the years 1 to 9999").AsException();
        }

        throw Refusal.InvalidArgument("deadline", "must be in the future").AsException();
    }

    private static string Shortened(string text)
    {
        if (text.Length <= MaxName)
            return text;
        // Half a surrogate pair is not text.
        var end = char.IsHighSurrogate(text[MaxName - 2]) ? MaxName - 2 : MaxName - 1;
        return $"{text[..end]}…";
    }

    // PostgreSQL keeps microseconds.
    private static long? Micro(DateTimeOffset? time) => time?.UtcTicks / 10;
}
