using System.Runtime.CompilerServices;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Pylon.Client.Calls;
using Pylon.Client.Streams;
using Pylon.Conductor.V1;
using Pylon.Gateway.V1;
using Pylon.Ingestion.V1;
using Pylon.Insights.V1;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;

namespace Pylon.Client;

/// <summary>
/// The services of Pylon behind one or several gateways. A call without a deadline has one, a call that is safe to repeat is
/// repeated while the service is unavailable, and a dead connection is found by pings. Safe for several threads; keep one.
/// </summary>
public sealed class PylonClient : IDisposable
{
    // Response header of the broadcast: the position where it begins.
    private const string PositionHeader = "pylon-position";

    private readonly IDisposable? _channel;
    private readonly CallInvoker _calls;
    private readonly TimeProvider _time;

    /// <summary>A client of the gateway at an address, or of several with commas between: <c>http://127.0.0.1:8081</c>.</summary>
    public PylonClient(string addresses)
        : this(PylonClientOptions.For(addresses))
    {
    }

    /// <summary>A client with these options. It connects with the first call.</summary>
    public PylonClient(PylonClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        PylonClientOptions.Check(options);
        var retries = new GrpcChannelOptions { ServiceConfig = RetryRules.Config(Services, options.MaxAttempts) };
        var channel = Channels.Open(options.Addresses, retries, useProxy: options.Addresses.Any(one => !one.IsLoopback), PylonClientOptions.Authorities(options.CaFile));
        (_channel, _time, Address) = (channel, options.Time, string.Join(',', options.Addresses.Select(one => one.OriginalString)));
        var calls = channel.Intercept(new RequestIdInterceptor(), new DeadlineInterceptor(options.Timeout));
        _calls = options.ApiKey is { } key ? calls.Intercept(headers => WithKey(headers, key)) : calls;
    }

    /// <summary>For tests: no channel.</summary>
    internal PylonClient(CallInvoker calls, TimeProvider time) => (_calls, _time, Address) = (calls, time, "none");

    /// <summary>The addresses that it calls, with commas between.</summary>
    public string Address { get; }

    /// <summary>Every service, in the order of the properties.</summary>
    public static IReadOnlyList<ServiceDescriptor> Services { get; } =
    [
        WorkloadService.Descriptor, PlanningService.Descriptor, RegistryService.Descriptor, DecisionService.Descriptor, AuditService.Descriptor,
        BecknService.Descriptor, SyntheticWorldService.Descriptor, KeyService.Descriptor,
        GridService.Descriptor, SeriesService.Descriptor, MarketService.Descriptor, PipelineRunService.Descriptor,
        PipelineService.Descriptor, WorkService.Descriptor, DeadLetterService.Descriptor,
        HotspotService.Descriptor, AlertService.Descriptor, SilenceService.Descriptor, NoticeService.Descriptor, RecommendationService.Descriptor,
        ShiftService.Descriptor, EmissionService.Descriptor, EventService.Descriptor, PredictionService.Descriptor, SimulationService.Descriptor,
        ShipmentImportService.Descriptor, AuditLogService.Descriptor,
        BroadcastService.Descriptor,
    ];

    public WorkloadService.WorkloadServiceClient Workloads => new(_calls);

    public PlanningService.PlanningServiceClient Planning => new(_calls);

    public RegistryService.RegistryServiceClient Registry => new(_calls);

    public DecisionService.DecisionServiceClient Decisions => new(_calls);

    public AuditService.AuditServiceClient Audit => new(_calls);

    public BecknService.BecknServiceClient Beckn => new(_calls);

    public SyntheticWorldService.SyntheticWorldServiceClient SyntheticWorld => new(_calls);

    public KeyService.KeyServiceClient Keys => new(_calls);

    public GridService.GridServiceClient Grid => new(_calls);

    public SeriesService.SeriesServiceClient Series => new(_calls);

    public MarketService.MarketServiceClient Market => new(_calls);

    public PipelineRunService.PipelineRunServiceClient PipelineRuns => new(_calls);

    public PipelineService.PipelineServiceClient Pipelines => new(_calls);

    public WorkService.WorkServiceClient Work => new(_calls);

    public DeadLetterService.DeadLetterServiceClient DeadLetters => new(_calls);

    public HotspotService.HotspotServiceClient Hotspots => new(_calls);

    public AlertService.AlertServiceClient Alerts => new(_calls);

    public SilenceService.SilenceServiceClient Silences => new(_calls);

    public NoticeService.NoticeServiceClient Notices => new(_calls);

    public RecommendationService.RecommendationServiceClient Recommendations => new(_calls);

    public ShiftService.ShiftServiceClient Shifts => new(_calls);

    public EmissionService.EmissionServiceClient Emissions => new(_calls);

    public EventService.EventServiceClient EmissionEvents => new(_calls);

    public PredictionService.PredictionServiceClient Predictions => new(_calls);

    public SimulationService.SimulationServiceClient Simulations => new(_calls);

    public ShipmentImportService.ShipmentImportServiceClient ShipmentImports => new(_calls);

    public AuditLogService.AuditLogServiceClient AuditLogs => new(_calls);

    public BroadcastService.BroadcastServiceClient Broadcast => new(_calls);

    /// <summary>
    /// The events of all services as they happen: each once, in order. After a break it goes on behind the last event, at
    /// another gateway too, after a random pause of at most 30 s. A message with <c>Gap</c> says that events before it are no
    /// longer kept. Its <c>Position</c> is where a later run goes on.
    /// </summary>
    /// <exception cref="RpcException">
    /// The first connection failed, the request is refused, or there was no connection for <see cref="FollowOptions.Patience"/>.
    /// </exception>
    public async IAsyncEnumerable<SubscribeResponse> FollowAsync(FollowOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        options ??= new FollowOptions();
        var (position, seen) = (options.After ?? "", new SeenEvents());
        var items = Resumed.ReadAsync(SubscribeAsync, ends: false, new Pauses(options.Patience, _time, Random.Shared.NextDouble), _time, cancellationToken);
        await foreach (var item in items)
        {
            if (item.Position.Length > 0)
                position = item.Position;
            if (item.Gap || seen.IsNew(item.Event?.Id ?? ""))
                yield return item;
        }

        async Task<(AsyncServerStreamingCall<SubscribeResponse>, bool)> SubscribeAsync(CancellationToken stop)
        {
            var call = Broadcast.Subscribe(new SubscribeRequest { Topics = { options.Topics }, After = position }, cancellationToken: stop);
            try
            {
                // A break before the first event loses none that came meanwhile.
                var start = (await call.ResponseHeadersAsync).GetValue(PositionHeader);
                if (position.Length == 0)
                    position = start ?? "";
                return (call, start is not null);
            }
            catch
            {
                call.Dispose();
                throw;
            }
        }
    }

    /// <summary>
    /// The states of a workload: the present one and each change, until it is over; with the phases of its run when
    /// <paramref name="followRun"/>. After a break it goes on with the present state.
    /// </summary>
    /// <exception cref="RpcException">As of <see cref="FollowAsync"/>.</exception>
    public async IAsyncEnumerable<Workload> WatchWorkloadAsync(
        string id, bool followRun = false, TimeSpan? patience = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new WatchWorkloadRequest { Id = id, FollowRun = followRun };
        var pauses = new Pauses(patience ?? new FollowOptions().Patience, _time, Random.Shared.NextDouble);
        await foreach (var item in Resumed.ReadAsync(stop => Task.FromResult((Workloads.WatchWorkload(request, cancellationToken: stop), false)), ends: true, pauses, _time, cancellationToken))
            yield return item.Workload;
    }

    private static Metadata WithKey(Metadata headers, string key)
    {
        headers.Add("x-api-key", key);
        return headers;
    }

    /// <summary>Ends its connections, and the calls that are still open.</summary>
    public void Dispose() => _channel?.Dispose();
}
