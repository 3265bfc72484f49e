using Npgsql;

namespace Pylon.Orchestrator.Workloads;

/// <summary>A row of compute_workloads.</summary>
internal sealed record WorkloadRecord
{
    /// <summary>The columns that <see cref="Read"/> expects, in its order.</summary>
    public const string Columns =
        """
        w.id, w.workload_name, w.request, w.workload_type, w.urgency, w.required_gpu_mins, w.compute_load_mw,
        w.carbon_cap_gco2, w.max_price_gbp, w.deadline, w.user_email, w.status, w.chosen_option,
        w.llm_select_init_confirm, w.summary_engine, w.transaction_id, w.refused_item_ids, w.attempts,
        w.failure_reason, w.due_at, w.submitted_at, w.updated_at, w.pipeline, w.traceparent
        """;

    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public string? Request { get; init; }
    public string? WorkloadType { get; init; }

    /// <summary>LOW, MEDIUM or HIGH.</summary>
    public string? Urgency { get; init; }
    public int? RequiredGpuMins { get; init; }
    public double? ComputeLoadMw { get; init; }
    public double? CarbonCapGco2 { get; init; }
    public double? MaxPriceGbp { get; init; }
    public DateTimeOffset? Deadline { get; init; }
    public string? UserEmail { get; init; }

    /// <summary>The one that the user asked for.</summary>
    public string? Pipeline { get; init; }
    public string Status { get; init; } = Workloads.Status.Queued;
    public int? ChosenOption { get; init; }
    public string? Summary { get; init; }
    public string? SummaryEngine { get; init; }
    public Guid? TransactionId { get; init; }
    public IReadOnlyList<string> RefusedItemIds { get; init; } = [];
    public int Attempts { get; init; }
    public string? FailureReason { get; init; }
    public DateTimeOffset DueAt { get; init; }
    public DateTimeOffset SubmittedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Of the request that submitted it; null when that was not traced.</summary>
    public string? Traceparent { get; init; }

    public static WorkloadRecord Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Name = row.GetString(1),
        Request = Text(row, 2),
        WorkloadType = Text(row, 3),
        Urgency = Text(row, 4),
        RequiredGpuMins = row.IsDBNull(5) ? null : row.GetInt32(5),
        ComputeLoadMw = row.IsDBNull(6) ? null : row.GetDouble(6),
        CarbonCapGco2 = row.IsDBNull(7) ? null : row.GetDouble(7),
        MaxPriceGbp = row.IsDBNull(8) ? null : row.GetDouble(8),
        Deadline = row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9),
        UserEmail = Text(row, 10),
        Status = row.GetString(11),
        ChosenOption = row.IsDBNull(12) ? null : row.GetInt32(12),
        Summary = Text(row, 13),
        SummaryEngine = Text(row, 14),
        TransactionId = row.IsDBNull(15) ? null : row.GetGuid(15),
        RefusedItemIds = row.GetFieldValue<string[]>(16),
        Attempts = row.GetInt32(17),
        FailureReason = Text(row, 18),
        DueAt = row.GetFieldValue<DateTimeOffset>(19),
        SubmittedAt = row.GetFieldValue<DateTimeOffset>(20),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(21),
        Pipeline = Text(row, 22),
        Traceparent = Text(row, 23),
    };

    private static string? Text(NpgsqlDataReader row, int ordinal) => row.IsDBNull(ordinal) ? null : row.GetString(ordinal);
}
