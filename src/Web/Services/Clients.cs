using Grpc.Core;
using Grpc.Core.Interceptors;
using Pylon.Access;
using Pylon.Ingestion.V1;
using Pylon.Insights.V1;
using Pylon.Orchestrator.V1;
using Pylon.Transcoding.Calls;
using Conducting = Pylon.Conductor.V1;

namespace Pylon.Web.Services;

/// <summary>The services whose data the pages show.</summary>
public sealed class Clients(IUpstreams upstreams, IHttpContextAccessor request)
{
    // A page is written when all its parts have answered or given up.
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(3);

    // A choice waits for its provider.
    private static readonly TimeSpan ChangeLimit = TimeSpan.FromSeconds(12);

    public WorkloadService.WorkloadServiceClient Workloads => new(To(WorkloadService.Descriptor));

    public BecknService.BecknServiceClient Beckn => new(To(BecknService.Descriptor));

    public PlanningService.PlanningServiceClient Planning => new(To(PlanningService.Descriptor));

    public KeyService.KeyServiceClient Keys => new(To(KeyService.Descriptor));

    public RegistryService.RegistryServiceClient Registry => new(To(RegistryService.Descriptor));

    public GridService.GridServiceClient Grid => new(To(GridService.Descriptor));

    public PipelineRunService.PipelineRunServiceClient Runs => new(To(PipelineRunService.Descriptor));

    public HotspotService.HotspotServiceClient Hotspots => new(To(HotspotService.Descriptor));

    public AlertService.AlertServiceClient Alerts => new(To(AlertService.Descriptor));

    public RecommendationService.RecommendationServiceClient Recommendations => new(To(RecommendationService.Descriptor));

    public ShiftService.ShiftServiceClient Shifts => new(To(ShiftService.Descriptor));

    public SilenceService.SilenceServiceClient Silences => new(To(SilenceService.Descriptor));

    public SimulationService.SimulationServiceClient Simulation => new(To(SimulationService.Descriptor));

    public EventService.EventServiceClient Events => new(To(EventService.Descriptor));

    public AuditLogService.AuditLogServiceClient Audit => new(To(AuditLogService.Descriptor));

    public Conducting.DeadLetterService.DeadLetterServiceClient DeadLetters => new(To(Conducting.DeadLetterService.Descriptor));

    public Conducting.WorkService.WorkServiceClient Work => new(To(Conducting.WorkService.Descriptor));

    // As the caller of the page.
    private CallInvoker To(ServiceDescriptor service) => upstreams.InvokerOf(service).Intercept(metadata =>
    {
        if (request.HttpContext?.Request.Headers[InternalTokens.Header].ToString() is { Length: > 0 } token)
            metadata.Add(InternalTokens.Header, token);
        return metadata;
    });

    /// <summary>For a call that only reads: it ends after 3 s.</summary>
    public CallOptions Read(CancellationToken cancellationToken) => Within(ReadLimit, cancellationToken);

    /// <summary>For a call that changes something: it ends after 12 s.</summary>
    public CallOptions Change(CancellationToken cancellationToken) => Within(ChangeLimit, cancellationToken);

    // Of the wall clock, by which both ends count it.
    private static CallOptions Within(TimeSpan limit, CancellationToken cancellationToken) =>
        new(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + limit, cancellationToken: cancellationToken);
}
