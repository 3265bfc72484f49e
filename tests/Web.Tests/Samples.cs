using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;
using Pylon.Insights.V1;
using Pylon.Orchestrator.V1;
using Conducting = Pylon.Conductor.V1;

namespace Pylon.Web.Tests;

/// <summary>Services with something in each list.</summary>
internal static class Samples
{
    public const string WorkloadId = "7d6f1b0e-6f6b-4c8e-9a53-0d0f3f1c2b11";
    public const string HotspotId = "0a7b8a52-2f5e-4c0a-8a0e-6a9f8a1f2c33";

    public const string OperatorId = "5b0e5a52-92a3-4a7e-8f2f-3f0d9d1c1a44";
    public const string KeyId = "c1a0f7d2-6f3f-4b1c-9c7e-2d8c0e1f4a55";

    public static FakeServices Services()
    {
        var services = new FakeServices();
        services.On<ListWorkloadsRequest, ListWorkloadsResponse>(_ => new ListWorkloadsResponse { Workloads = { Offered() }, NextPageToken = "t2" });
        services.On<GetWorkloadRequest, GetWorkloadResponse>(_ => new GetWorkloadResponse { Workload = Offered() });
        services.On<ListTransactionsRequest, ListTransactionsResponse>(_ => new ListTransactionsResponse { Transactions = { Transaction() } });
        services.On<ListShiftableWorkloadsRequest, ListShiftableWorkloadsResponse>(_ => new ListShiftableWorkloadsResponse());
        services.On<Orchestrator.V1.ListDeadLettersRequest, Orchestrator.V1.ListDeadLettersResponse>(_ => new Orchestrator.V1.ListDeadLettersResponse { DeadLetters = { Letter("l1", WorkloadId) } });
        services.On<Conducting.ListDeadLettersRequest, Conducting.ListDeadLettersResponse>(_ => new Conducting.ListDeadLettersResponse { DeadLetters = { Letter("l2", "") } });
        services.On<GetNationalGridRequest, GetNationalGridResponse>(_ => new GetNationalGridResponse { Grid = National() });
        services.On<ListSignalsRequest, ListSignalsResponse>(request => new ListSignalsResponse { Points = { Point(request.StartTime, 100 + request.RegionId), Point(request.StartTime.ToDateTimeOffset().AddHours(6), 200) } });
        services.On<ListRegionalSignalsRequest, ListRegionalSignalsResponse>(request => new ListRegionalSignalsResponse
        {
            Regions = { Enumerable.Range(1, 18).Select(id => new RegionalSignals { RegionId = id, Points = { Point(request.Time, 100 + id), Point(request.Time.ToDateTimeOffset().AddHours(6), 200) } }) },
        });
        services.On<GetForecastRequest, GetForecastResponse>(_ => new GetForecastResponse { Points = { Forecast(1, ""), Forecast(60, "ridge") } });
        services.On<ListRunsRequest, ListRunsResponse>(_ => new ListRunsResponse { Runs = { Run() } });
        services.On<Ingestion.V1.ListQuarantineRequest, Ingestion.V1.ListQuarantineResponse>(_ => new Ingestion.V1.ListQuarantineResponse { Rows = { new QuarantinedRow { Source = "elexon", Dataset = "system-prices", Reason = "the price is no number", Body = "{}", TimesSeen = 2, LastSeenAt = At(-1) } } });
        services.On<ListHotspotsRequest, ListHotspotsResponse>(_ => new ListHotspotsResponse { Hotspots = { Hotspot() } });
        services.On<GetHotspotRequest, GetHotspotResponse>(_ => new GetHotspotResponse { Hotspot = Hotspot() });
        services.On<ListHotspotTransitionsRequest, ListHotspotTransitionsResponse>(_ => new ListHotspotTransitionsResponse { Transitions = { new HotspotTransition { Transition = "opened", At = At(-3) } } });
        services.On<ListRecommendationsRequest, ListRecommendationsResponse>(_ => new ListRecommendationsResponse { Recommendations = { Measure() } });
        services.On<ListPendingRecommendationsRequest, ListPendingRecommendationsResponse>(_ => new ListPendingRecommendationsResponse { Recommendations = { Measure() } });
        services.On<ListAlertsRequest, ListAlertsResponse>(_ => new ListAlertsResponse { Alerts = { new Alert { Id = "a1", Level = "critical", Message = "SUP-001 exceeded emissions by 35 %.", HotspotId = HotspotId, CreatedAt = At(-2) } } });
        services.On<ListSilencesRequest, ListSilencesResponse>(_ => new ListSilencesResponse { Silences = { new Silence { Id = "s1", Matchers = new SilenceMatchers { Entity = "SUP-002", EntityType = "supplier", Cause = "activity" }, Reason = "a fair", EndsAt = At(20), CreatedBy = "ann", Alerts = 2 } } });
        services.On<ListHotspotHoursRequest, ListHotspotHoursResponse>(_ => new ListHotspotHoursResponse { Hours = { new HotspotHour { Hour = At(-3), Co2Kg = 5, NormalKg = 4, MostNormalKg = 6 }, new HotspotHour { Hour = At(-2), Co2Kg = 12, NormalKg = 4, MostNormalKg = 6 } } });
        services.On<ListEventsRequest, ListEventsResponse>(_ => new ListEventsResponse { Events = { new EmissionEvent { EventId = "e1", EventType = "logistics", DistanceKm = 120, LoadKg = 450, VehicleType = "truck_diesel", Co2Kg = 12, Timestamp = At(-2) } } });
        services.On<ListAuditLogsRequest, ListAuditLogsResponse>(_ => new ListAuditLogsResponse { AuditLogs = { new AuditLog { Action = "hotspot_acknowledged", EntityType = "hotspot", EntityId = HotspotId, UserId = "ann", Notes = "I look", Timestamp = At(-1) } } });
        services.On<ListKeysRequest, ListKeysResponse>(request => new ListKeysResponse { Keys = { Keys().Where(key => request.IncludeRevoked || key.RevokedAt is null) } });
        services.On<ListOperatorsRequest, ListOperatorsResponse>(_ => new ListOperatorsResponse { Operators = { new Operator { Id = OperatorId, Name = "Northern Compute" } } });
        services.On<PlanWindowRequest, PlanWindowResponse>(request => Plan(request.Job));
        services.On<ComparePlansRequest, ComparePlansResponse>(request => new ComparePlansResponse
        {
            Rows = { new ComparedPlan { Policy = PlanPolicy.StartNow, Plan = Plan(request.Job).Plan }, new ComparedPlan { Policy = PlanPolicy.Pareto, Plan = Priced(request.Job, 90, 40) }, new ComparedPlan { Policy = PlanPolicy.Pareto, Plan = Priced(request.Job, 60, 75) } },
        });
        return services;
    }

    /// <summary>One of each kind.</summary>
    public static IEnumerable<Key> Keys() =>
    [
        new Key { Id = KeyId, Name = "bootstrap", Scopes = { "grid:read", "admin" }, CreatedAt = At(-48), LastUsedAt = At(-1) },
        new Key { Id = "k2", Name = "nightly jobs", OperatorId = OperatorId, Scopes = { "workloads:write" }, CreatedAt = At(-24), ExpiresAt = At(24) },
        new Key { Id = "k3", Name = "last year", OperatorId = Guid.Empty.ToString(), Scopes = { "grid:read" }, CreatedAt = At(-24), ExpiresAt = At(-1) },
        new Key { Id = "k4", Name = "lost laptop", OperatorId = OperatorId, Scopes = { "grid:read" }, CreatedAt = At(-24), RevokedAt = At(-2) },
    ];

    private static Plan Priced(PlanJob job, double carbon, double price)
    {
        var plan = Plan(job).Plan;
        (plan.Carbon, plan.Price) = (new PlanFigure { Mean = carbon }, new PlanFigure { Mean = price });
        return plan;
    }

    public static Workload Offered() => new()
    {
        Id = WorkloadId,
        WorkloadName = "train the model",
        WorkloadType = "TRAINING_RUN",
        Status = WorkloadStatus.PendingUserChoice,
        Urgency = Urgency.High,
        Deadline = At(20),
        SubmittedAt = At(-1),
        UpdatedAt = At(-1),
        Pipeline = "compute",
        CarbonCapGco2 = 150,
        Recommendations = { Enumerable.Range(1, 3).Select(Option) },
    };

    public static Timestamp At(double hours) => Timestamp.FromDateTimeOffset(TestWeb.Now.AddHours(hours));

    private static Common.V1.Recommendation Option(int rank) => new()
    {
        Rank = rank,
        ZoneName = $"Zone {rank}",
        GridZoneCode = $"UK-EAST-{rank}",
        CarbonIntensityGco2Kwh = 40 * rank,
        RenewableMixPercent = 80,
        Window = new Window { StartTime = At(2), EndTime = At(4) },
        Source = rank == 3 ? RecommendationSource.Grid : RecommendationSource.Beckn,
        Synthetic = rank == 3,
        ProviderId = "sandbox",
        BookingState = rank == 1 ? BookingState.Confirmed : BookingState.None,
        EnergyBasis = EnergyBasis.GpuMinutes,
        ExpectedGco2 = 1234,
        Price = new Price { Value = 0.12, Currency = "GBP", Unit = "per_kWh" },
    };

    private static BecknTransaction Transaction() => new()
    {
        TransactionId = "t",
        WorkloadId = WorkloadId,
        Messages = { new BecknMessage { Action = "discover", CreatedAt = At(-1), SentAt = At(-1), AnsweredAt = At(-0.99), AnsweredBy = "callback" } },
    };

    private static DeadLetter Letter(string id, string workloadId) => new()
    {
        Id = id,
        Topic = "workloads",
        WorkloadId = workloadId,
        WorkloadName = workloadId.Length > 0 ? "train the model" : "",
        Reason = "no provider answered",
        Attempts = 3,
        LastFailedAt = At(-1),
        State = DeadLetterState.Open,
    };

    private static NationalGrid National() => new()
    {
        CarbonIntensity = Point(At(0), 160),
        Demand = Point(At(0), 31_000),
        SystemPrice = Point(At(-1), 85.5),
        GenerationMix = { new FuelShare { Fuel = "wind", Percent = 60 }, new FuelShare { Fuel = "gas", Percent = 40 } },
        RenewableMixPercent = 60,
        GenerationMixSource = "synthetic",
    };

    private static GridPoint Point(DateTimeOffset at, double value) => Point(Timestamp.FromDateTimeOffset(at), value);

    private static GridPoint Point(Timestamp at, double value) => new()
    {
        Window = new Window { StartTime = at, EndTime = Timestamp.FromDateTimeOffset(at.ToDateTimeOffset().AddMinutes(30)) },
        Value = value,
        CarbonIndex = "moderate",
        Synthetic = value > 113,
        Source = value > 113 ? "synthetic" : "carbon-intensity",
    };

    private static GridPoint Forecast(double hours, string model)
    {
        var point = Point(At(hours), 90);
        (point.AsKnownAt, point.Model, point.Band80) = (At(0), model, new ForecastBand { Lower = 70, Upper = 110 });
        return point;
    }

    private static PipelineRun Run() => new()
    {
        Id = "r",
        Status = PipelineRunStatus.Partial,
        StartedAt = At(-1),
        Sources =
        {
            new SourceRun { Source = "neso", Status = PipelineRunStatus.Succeeded, RowsNew = 12, FreshAt = At(-1), Duration = Duration.FromTimeSpan(TimeSpan.FromSeconds(2)) },
            new SourceRun { Source = "elexon", Status = PipelineRunStatus.Failed, Error = "did not answer", Stale = true, FreshAt = At(-9) },
        },
    };

    public static Hotspot Hotspot() => new()
    {
        Id = HotspotId,
        Entity = "SUP-001",
        EntityType = "supplier",
        Kind = "logistics",
        PredictedCo2 = 135,
        BaselineCo2 = 100,
        PercentAbove = 35,
        Severity = "critical",
        Status = "open",
        Cause = "efficiency",
        Score = 1.7,
        Confidence = 0.8,
        ImpactKg = 410,
        FirstHour = At(-5),
        LastHour = At(-1),
    };

    public static Insights.V1.Recommendation Measure() => new()
    {
        Id = "m1",
        HotspotId = HotspotId,
        SupplierId = "SUP-001",
        Title = "Consolidate the loads",
        Description = "Fewer, fuller vehicles.",
        Co2Reduction = 120,
        CostImpact = "low",
        Feasibility = 7,
        Status = "pending",
        Rank = 1,
        ReductionStatus = "simulated",
        ReductionHours = 672,
    };

    private static PlanWindowResponse Plan(PlanJob job) => new()
    {
        StartTime = At(0),
        Step = Duration.FromTimeSpan(TimeSpan.FromMinutes(30)),
        Curve = { 120, 80, 60, 140 },
        Plan = new Plan
        {
            Zone = "London",
            Window = new Window { StartTime = At(0.5), EndTime = At(1.5) },
            Pieces = { new PlanPiece { FirstStep = 1, Steps = 2, Window = new Window { StartTime = At(0.5), EndTime = At(1.5) } } },
            Carbon = new PlanFigure { Mean = 70, NowMean = 100, SavingPercent = 30 },
            Energy = new PlanEnergy { EnergyKwh = job.PowerKw[0], EmissionsGco2 = 7000 },
        },
        Data = { new PlanData { Zone = "London", Carbon = new PlanSeriesData { Sources = { new PlanSourceShare { Kind = PlanValueKind.Published, Source = "carbon-intensity", Share = 1 } } } } },
    };
}
