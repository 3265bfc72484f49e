using Grpc.Core;
using Pylon.Ingestion.V1;
using Pylon.Insights.V1;
using Pylon.Orchestrator.V1;
using Pylon.Transcoding.Calls;
using Conducting = Pylon.Conductor.V1;

namespace Pylon.Web.Services;

/// <summary>The services whose data the pages show.</summary>
public sealed class Clients(IUpstreams upstreams)
{
    // A page is written when all its parts have answered or given up.
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(3);

    // A choice waits for its provider.
    private static readonly TimeSpan ChangeLimit = TimeSpan.FromSeconds(12);

    public WorkloadService.WorkloadServiceClient Workloads => new(upstreams.InvokerOf(WorkloadService.Descriptor));

    public BecknService.BecknServiceClient Beckn => new(upstreams.InvokerOf(BecknService.Descriptor));

    public PlanningService.PlanningServiceClient Planning => new(upstreams.InvokerOf(PlanningService.Descriptor));

    public GridService.GridServiceClient Grid => new(upstreams.InvokerOf(GridService.Descriptor));

    public PipelineRunService.PipelineRunServiceClient Runs => new(upstreams.InvokerOf(PipelineRunService.Descriptor));

    public HotspotService.HotspotServiceClient Hotspots => new(upstreams.InvokerOf(HotspotService.Descriptor));

    public AlertService.AlertServiceClient Alerts => new(upstreams.InvokerOf(AlertService.Descriptor));

    public RecommendationService.RecommendationServiceClient Recommendations => new(upstreams.InvokerOf(RecommendationService.Descriptor));

    public SilenceService.SilenceServiceClient Silences => new(upstreams.InvokerOf(SilenceService.Descriptor));

    public SimulationService.SimulationServiceClient Simulation => new(upstreams.InvokerOf(SimulationService.Descriptor));

    public EventService.EventServiceClient Events => new(upstreams.InvokerOf(EventService.Descriptor));

    public AuditLogService.AuditLogServiceClient Audit => new(upstreams.InvokerOf(AuditLogService.Descriptor));

    public Conducting.DeadLetterService.DeadLetterServiceClient DeadLetters => new(upstreams.InvokerOf(Conducting.DeadLetterService.Descriptor));

    public Conducting.WorkService.WorkServiceClient Work => new(upstreams.InvokerOf(Conducting.WorkService.Descriptor));

    /// <summary>For a call that only reads: it ends after 3 s.</summary>
    public CallOptions Read(CancellationToken cancellationToken) => Within(ReadLimit, cancellationToken);

    /// <summary>For a call that changes something: it ends after 12 s.</summary>
    public CallOptions Change(CancellationToken cancellationToken) => Within(ChangeLimit, cancellationToken);

    // Of the wall clock, by which both ends count it.
    private static CallOptions Within(TimeSpan limit, CancellationToken cancellationToken) =>
        new(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + limit, cancellationToken: cancellationToken);
}
