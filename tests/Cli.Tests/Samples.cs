using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;
using Pylon.Insights.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Tests;

/// <summary>Answers of the services, with long names where the services allow them.</summary>
internal static class Samples
{
    public const string Id = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    public static Workload Workload => new()
    {
        Id = Id,
        WorkloadName = "Test ML Training Job",
        Status = WorkloadStatus.PendingUserChoice,
        SubmittedAt = Start.ToTimestamp(),
        UpdatedAt = Start.ToTimestamp(),
        Recommendations =
        {
            new Common.V1.Recommendation
            {
                Rank = 2, GridZoneCode = "UK-WEST-1", ZoneName = "Bristol-West", Locality = "Bristol", RenewableMixPercent = 71, Window = Window(13, 17), Score = 71,
                Source = RecommendationSource.Grid, Synthetic = true, BookingState = BookingState.None,
            },
            new Common.V1.Recommendation
            {
                Rank = 1, GridZoneCode = "UK-EAST-1", ZoneName = "Cambridge-East", Locality = "Cambridge", RenewableMixPercent = 85.5, CarbonIntensityGco2Kwh = 120, Window = Window(0, 4), Score = 73.5,
                Source = RecommendationSource.Beckn, EnergyKwh = 16.1, EnergyBasis = EnergyBasis.GpuMinutes, ExpectedPriceGbp = 0.68425, ExpectedGco2 = 1932, BookingState = BookingState.Confirmed,
            },
        },
    };

    public static RegionalGrid Region(int id, double carbon) => new()
    {
        RegionId = id,
        RegionName = $"North Wales and Merseyside {id}",
        DnoRegion = "SP Manweb",
        Window = Window(0, 0.5),
        CarbonIntensityGco2Kwh = carbon,
        CarbonIndex = "moderate",
        RenewableMixPercent = 53.27,
        GenerationMix = { new FuelShare { Fuel = "wind", Percent = 40.1 }, new FuelShare { Fuel = "gas", Percent = 59.9 } },
        Source = "carbon-intensity",
        CapturedAt = Start.ToTimestamp(),
    };

    public static GetForecastResponse Forecast => new()
    {
        Points = { Enumerable.Range(0, 48).Select(n => new GridPoint { Window = Window(n / 2.0, (n + 1) / 2.0), Value = 100 + n, CarbonIndex = "moderate", Source = "carbon-intensity", Band80 = new ForecastBand { Lower = 90, Upper = 160.25 } }) },
        HistoryHours = 672,
    };

    public static Hotspot Hotspot => new()
    {
        Id = Id,
        Entity = "SUP-004-FRANKFURT",
        EntityType = "supplier",
        Severity = "critical",
        Status = "open",
        Cause = "idle_machines",
        PercentAbove = 61.237,
        ImpactKg = 1234.5678,
        Confidence = 0.873,
        FirstHour = Start.ToTimestamp(),
        LinkedEntities = { new LinkedEntity { Entity = "WH-1", EntityType = "warehouse" } },
    };

    public static Alert Alert => new() { Id = Id, Level = "critical", Message = "SUP-004-FRANKFURT emits 61 % above what is expected of it at this hour of the week", Entity = "SUP-004-FRANKFURT", HotspotId = Id, CreatedAt = Start.ToTimestamp() };

    public static Insights.V1.Recommendation Measure => new()
    {
        Id = Id,
        HotspotId = Id,
        Title = "Move deliveries of the evening to electric vans of the depot next door",
        Description = "They are idle then.",
        Status = "pending",
        Co2Reduction = 12.3456,
        CostImpact = "low",
        Confidence = 0.61,
        CreatedAt = Start.ToTimestamp(),
        LowKg = 8,
        HighKg = 17,
        ReductionHours = 168,
        ReductionStatus = "claimed",
        SupplierId = "SUP-004",
        Cause = "idle_machines",
    };

    public static PipelineRun Run => new()
    {
        Id = Id,
        Trigger = PipelineRunTrigger.Schedule,
        Status = PipelineRunStatus.Partial,
        StartedAt = Start.ToTimestamp(),
        FinishedAt = Start.AddSeconds(4.21).ToTimestamp(),
        Sources =
        {
            new SourceRun { Source = "carbon-intensity", Status = PipelineRunStatus.Succeeded, RowsNew = 12345, RowsChanged = 3, FreshAt = Start.ToTimestamp(), Duration = Duration.FromTimeSpan(TimeSpan.FromSeconds(1.5)) },
            new SourceRun { Source = "elexon", Status = PipelineRunStatus.Failed, Error = "Elexon answered 503 three times" },
        },
    };

    public static DeadLetter Letter => new() { Id = Id, Topic = "workloads", WorkloadId = Id, WorkloadName = "Test ML Training Job", Attempts = 5, Reason = "The provider does not answer within 30 s", LastFailedAt = Start.ToTimestamp() };

    public static PlanWindowResponse Plan => new()
    {
        Plan = new Plan
        {
            Zone = "region-13",
            StartStep = 2,
            EndStep = 6,
            Window = Window(2, 4),
            Pieces = { new PlanPiece { FirstStep = 2, Steps = 1 }, new PlanPiece { FirstStep = 4, Steps = 2 } },
            WindowEndStep = 6,
            SavingPercent = 75,
            Carbon = new PlanFigure { Sum = 60, Mean = 20, NowSum = 240, NowMean = 80, SavingPercent = 75 },
            Energy = new PlanEnergy { EnergyKwh = 16.1, Assumed = true, Basis = "1200 GPU minutes × 0.7 kW × PUE 1.15", EmissionsGco2 = 322, NowEmissionsGco2 = 1288 },
        },
        Step = Duration.FromTimeSpan(TimeSpan.FromMinutes(30)),
        Curve = { 100, 80, 20, 60, 10, 30 },
        Data =
        {
            new PlanData
            {
                Zone = "region-13",
                Carbon = new PlanSeriesData
                {
                    AsKnownAt = Start.ToTimestamp(),
                    Sources = { new PlanSourceShare { Kind = PlanValueKind.Published, Source = "carbon-intensity", Share = 0.75 }, new PlanSourceShare { Kind = PlanValueKind.Model, Source = "model", Share = 0.25 } },
                },
            },
        },
    };

    private static Key Key => new() { Id = Id, Name = "Nightly jobs", Scopes = { "workloads:read", "workloads:write" }, OperatorId = Id, CreatedAt = Start.ToTimestamp(), LastUsedAt = Start.ToTimestamp() };

    /// <summary>Answers for every verb.</summary>
    public static void Answer(FakeCalls calls) => calls
        .On("SubmitWorkload", new SubmitWorkloadResponse { Workload = Workload }).On("GetWorkload", new GetWorkloadResponse { Workload = Workload })
        .On("ListWorkloads", new ListWorkloadsResponse { Workloads = { Workload } }).On("ChooseRecommendation", new ChooseRecommendationResponse { Workload = Workload })
        .On("CancelWorkload", new CancelWorkloadResponse { Workload = Workload }).On("ReplayWorkload", new ReplayWorkloadResponse { Workload = Workload })
        .OnStream("WatchWorkload", new WatchWorkloadResponse { Workload = Workload })
        .On("CreateKey", new CreateKeyResponse { Key = Key, Text = "pyl_0199c2f47d537c0e9b420c5b7f3f2a11_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg" })
        .On("ListKeys", new ListKeysResponse { Keys = { Key } }).On("RevokeKey", new RevokeKeyResponse { Key = Key })
        .On<object>("ListDeadLetters", request => request is Orchestrator.V1.ListDeadLettersRequest
            ? new Orchestrator.V1.ListDeadLettersResponse { DeadLetters = { Letter } }
            : new Conductor.V1.ListDeadLettersResponse { DeadLetters = { new DeadLetter { Id = "other", Topic = "huleedu.batch.spellcheck.phase.completed.v1", BatchId = Id, Reason = "unknown phase", Attempts = 1, LastFailedAt = Start.ToTimestamp() } } })
        .On("ListRegionalGrid", new ListRegionalGridResponse { Regions = { Region(13, 53), Region(6, 187.5) } }).On("GetForecast", Forecast)
        .On("GetForecastAccuracy", new GetForecastAccuracyResponse { Accuracy = { new ForecastAccuracy { FromHour = 1, ToHour = 6, Model = "level", Pairs = 12, MeanAbsoluteError = 8.5, MeanError = -1.5, SmapePercent = 4, Coverage80Percent = 75, NaiveMeanAbsoluteError = 20 } } })
        .On("GetNationalGrid", new GetNationalGridResponse { Grid = new NationalGrid { Window = Window(0, 0.5), CarbonIntensity = new GridPoint { Value = 131, CarbonIndex = "low", Source = "carbon-intensity" }, Demand = new GridPoint { Value = 31234, Source = "elexon", Actual = true }, RenewableMixPercent = 51.2, GenerationMix = { Region(1, 1).GenerationMix } } })
        .On("PlanWindow", Plan)
        .On("ListHotspots", new ListHotspotsResponse { Hotspots = { Hotspot } }).On("GetHotspot", new GetHotspotResponse { Hotspot = Hotspot }).On("ScanHotspots", new ScanHotspotsResponse { Hotspots = { Hotspot } })
        .On("ListHotspotTransitions", new ListHotspotTransitionsResponse { Transitions = { new HotspotTransition { Transition = "opened", At = Start.ToTimestamp() } } })
        .On("AcknowledgeHotspot", new AcknowledgeHotspotResponse { Hotspot = Hotspot }).On("IgnoreHotspot", new IgnoreHotspotResponse { Hotspot = Hotspot }).On("ResolveHotspot", new ResolveHotspotResponse { Hotspot = Hotspot })
        .On("ProposeShifts", new ProposeShiftsResponse { Workloads = 2, Proposals = { Shift }, LeftOut = { ["no_place"] = 1 } }).On("ChooseShiftProposal", new ChooseShiftProposalResponse { Proposal = Shift })
        .On("ListAlerts", new ListAlertsResponse { Alerts = { Alert } }).On("GetAlert", new GetAlertResponse { Alert = Alert }).On("AcknowledgeAlert", new AcknowledgeAlertResponse { Alert = Alert })
        .On("ListRecommendations", new ListRecommendationsResponse { Recommendations = { Measure } }).On("GetRecommendation", new GetRecommendationResponse { Recommendation = Measure })
        .On("ListRuns", new ListRunsResponse { Runs = { Run } }).On("GetRun", new GetRunResponse { Run = Run }).On("RunPipeline", new RunPipelineResponse { Run = Run })
        .On<object>("ListQuarantine", _ => new Ingestion.V1.ListQuarantineResponse { Rows = { new Ingestion.V1.QuarantinedRow { Source = "import:regions-2025", Dataset = "carbon_intensity", Reason = "forecast 2856 is not from 0 to 1000", TimesSeen = 1, LastSeenAt = Start.ToTimestamp() } } })
        .On("ListPipelines", new Conductor.V1.ListPipelinesResponse { Pipelines = { new Conductor.V1.Pipeline { Name = "compute_training", Description = "Trains a model, in parts that may run apart from one another", Phases = { "prepare", "train", "evaluate", "publish" } } } })
        .OnStream("Verify", new VerifyResponse { Checked = 2 }, new VerifyResponse { Checked = 3, HeadHash = new string('a', 64), Intact = true })
        .On("ListDecisions", new ListDecisionsResponse { Decisions = { new OrchestrationDecision { DecisionType = DecisionType.AcceptWorkload, WorkloadId = Id, Reasoning = "UK-EAST-1 has the least carbon of the three zones that keep to the deadline of the workload.", DecidedAt = Start.ToTimestamp() } } })
        .On("ListAuditLogs", new ListAuditLogsResponse { AuditLogs = { new AuditLog { Action = "approve", EntityType = "recommendation", EntityId = Id, UserId = "jane", Notes = "From Monday on", Timestamp = Start.ToTimestamp() } } })
        .On("ListDataCentres", new ListDataCentresResponse { DataCentres = { new DataCentre { Id = Id, DcId = "DC-LON-1", Name = "London Docklands", LocationRegion = "London", Pue = 1.234, Status = DataCentreStatus.Active } } });

    public static ShiftProposal Shift => new() { Id = Id, WorkloadId = Id, WorkloadName = "Test ML Training Job", Status = "proposed", WindowBefore = Window(0, 4), Window = Window(13, 17), RegionId = 13, SavingKg = 0.4567, SavingPercent = 33.333 };

    public static Window Window(double from, double to) => new() { StartTime = Start.AddHours(from).ToTimestamp(), EndTime = Start.AddHours(to).ToTimestamp() };
}
