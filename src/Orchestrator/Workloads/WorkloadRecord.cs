using Google.Protobuf.Collections;
using Pylon.Common.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Workloads;

/// <summary>A row of compute_workloads.</summary>
internal sealed record WorkloadRecord
{
    /// <summary>The columns, named after the properties.</summary>
    public const string Columns =
        """
        w.id, w.workload_name AS name, w.request, w.workload_type, w.urgency, w.required_gpu_mins, w.compute_load_mw,
        w.carbon_cap_gco2, w.max_price_gbp, w.deadline, w.user_email, w.status, w.chosen_option,
        w.llm_select_init_confirm AS summary, w.summary_engine, w.transaction_id, w.refused_item_ids, w.attempts,
        w.failure_reason, w.due_at, w.submitted_at, w.updated_at, w.pipeline, w.traceparent, w.source, w.user_id, w.job_id,
        w.required_cpu_cores, w.required_memory_gb, w.estimated_energy_kwh, w.deferral_window_mins, w.max_total_gco2, w.operator_id,
        w.host_dc_id, w.job, w.job_parameters::text AS job_parameters, w.parts, w.allow_late, w.interruptible, w.infeasibility::text AS infeasibility, w.outcome::text AS outcome,
        ARRAY(SELECT n.alert::text FROM orchestrator.provider_notices n WHERE n.workload_id = w.id AND n.alert IS NOT NULL
              ORDER BY n.id DESC LIMIT 10) AS alerts
        """;

    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public string? Request { get; init; }
    public string? WorkloadType { get; init; }

    /// <summary>The submitter's own name of the job; null before it is stored means its id.</summary>
    public string? JobId { get; init; }

    /// <summary>LOW, MEDIUM, HIGH or CRITICAL.</summary>
    public string? Urgency { get; init; }
    public int? RequiredGpuMins { get; init; }
    public double? ComputeLoadMw { get; init; }
    public int? RequiredCpuCores { get; init; }
    public double? RequiredMemoryGb { get; init; }
    public double? EstimatedEnergyKwh { get; init; }

    /// <summary>gCO2/kWh of the place and time.</summary>
    public double? CarbonCapGco2 { get; init; }

    /// <summary>gCO2 of the whole job.</summary>
    public double? MaxTotalGco2 { get; init; }
    public double? MaxPriceGbp { get; init; }
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The longest delay of the start; null for that of the urgency.</summary>
    public int? DeferralWindowMins { get; init; }

    /// <summary>That it counts for; the database takes that of the user when none is named.</summary>
    public Guid? OperatorId { get; init; }

    /// <summary>The data centre where it would run at once.</summary>
    public Guid? HostDcId { get; init; }
    public string? UserEmail { get; init; }

    /// <summary>That the user asked for; null for the one of the workload type.</summary>
    public string? Pipeline { get; init; }

    /// <summary>That its workers run; null when nothing is computed.</summary>
    public string? Job { get; init; }

    /// <summary>By name, with the defaults; null without a job.</summary>
    public MapField<string, string>? JobParameters { get; init; }

    /// <summary>Of each phase of the job; null for the default.</summary>
    public int? Parts { get; init; }

    /// <summary>The job may run after the deadline.</summary>
    public bool AllowLate { get; init; }

    /// <summary>The job runs in the cleanest half hours of its window.</summary>
    public bool Interruptible { get; init; }
    public string Status { get; init; } = Workloads.Status.Queued;
    public int? ChosenOption { get; init; }
    public string? Summary { get; init; }
    public string? SummaryEngine { get; init; }
    public Guid? TransactionId { get; init; }

    /// <summary>The claim has begun its Beckn transaction: nothing is stored of that.</summary>
    public bool IsNewTransaction { get; init; }

    /// <summary>False when the claim has found that it has no orders.</summary>
    public bool HasOrders { get; init; } = true;
    public string[] RefusedItemIds { get; init; } = [];

    /// <summary>The newest first.</summary>
    public GridAlert[] Alerts { get; init; } = [];
    public int Attempts { get; init; }
    public string? FailureReason { get; init; }

    public Infeasibility? Infeasibility { get; init; }
    public Outcome? Outcome { get; init; }
    public DateTimeOffset DueAt { get; init; }
    public DateTimeOffset SubmittedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public Guid? UserId { get; init; }

    /// <summary>user, or synthetic for a workload of the synthetic world.</summary>
    public string Source { get; init; } = "user";

    public bool IsSynthetic => Source == "synthetic";

    /// <summary>Of the request that submitted it; null when that was not traced.</summary>
    public string? Traceparent { get; init; }
}
