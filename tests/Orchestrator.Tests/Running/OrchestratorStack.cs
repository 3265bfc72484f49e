using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pylon.Messaging;
using Pylon.Orchestrator.Beckn;
using Pylon.Orchestrator.V1;
using Pylon.Sandbox;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Running;

/// <summary>
/// The Orchestrator in this process, on a database of its own, between the real sandbox and a fake Ingestion. It polls
/// once an hour, so whatever happens at once happens because of a notification.
/// </summary>
internal sealed class OrchestratorStack : IAsyncDisposable
{
    private readonly List<string> _settings;
    private readonly WebApplication _sandbox;
    private readonly WebApplication _webhook;
    private readonly HttpClient _admin;
    private WebApplication? _orchestrator;
    private GrpcChannel? _channel;
    private GrpcChannel? _large;

    private OrchestratorStack(
        OrchestratorDatabase database, TestRedis redis, FakeIngestion ingestion, FakeConductor conductor, WebApplication sandbox, WebApplication webhook, string[] settings)
    {
        (Database, Ingestion, Conductor, _sandbox, _webhook) = (database, ingestion, conductor, sandbox, webhook);
        _admin = new HttpClient { BaseAddress = new Uri(sandbox.Urls.Single()) };
        _settings =
        [
            $"--PYLON_POSTGRES={database.Server.UriOf("pylon_service")}", $"--PYLON_POSTGRES_OWNER={database.Server.Uri}", $"--PYLON_REDIS={redis.ConnectionString}", "--Logging:LogLevel:Default=None", $"--PYLON_INGESTION={ingestion.Address}", $"--PYLON_CONDUCTOR={conductor.Address}",
            "--PYLON_GRPC_PORT=0", "--PYLON_HTTP_PORT=0",
            $"--BPP_BASE_URL={sandbox.Urls.Single()}/bpp", $"--BAP_URI={webhook.Urls.Single()}/beckn", "--BAP_ID=pylon.test",
            "--BPP_POLL_INTERVAL=3600", "--Runs:PollInterval=01:00:00", "--Decisions:PollInterval=01:00:00", "--Bpp:MaxAttempts=4", "--Bpp:RetryDelay=00:00:00.02", "--Bpp:MaxRetryDelay=00:00:00.05",
            $"--GEMINI_BASE_URL={sandbox.Urls.Single()}/gemini", .. settings,
        ];
    }

    public OrchestratorDatabase Database { get; }

    public FakeIngestion Ingestion { get; }

    /// <summary>What the Orchestrator logged.</summary>
    public RecordedLog Log { get; } = new();

    public FakeConductor Conductor { get; }

    public V1.WorkloadService.WorkloadServiceClient Workloads => new(_channel);

    public V1.RegistryService.RegistryServiceClient Registry => new(_channel);

    public V1.PlanningService.PlanningServiceClient Planning => new(_channel);

    public V1.DecisionService.DecisionServiceClient Decisions => new(_channel);

    public V1.AuditService.AuditServiceClient Audit => new(_channel);

    /// <summary>For pages of the live state that are larger than a client takes by itself.</summary>
    public V1.RegistryService.RegistryServiceClient LargeRegistry =>
        new(_large ??= GrpcChannel.ForAddress(_orchestrator!.Urls.First(), new GrpcChannelOptions { MaxReceiveMessageSize = null }));

    public V1.SyntheticWorldService.SyntheticWorldServiceClient World => new(_channel);

    public V1.BecknService.BecknServiceClient Beckn => new(_channel);

    /// <summary>Runs between the storing of a message and its post to the provider, by its action.</summary>
    public Func<string, Task>? BeforePost { get; set; }

    /// <summary>For calls that the clients do not make.</summary>
    public Grpc.Core.CallInvoker Invoker => _channel!.CreateCallInvoker();

    /// <summary>In a setting, <c>{sandbox}</c> is its address.</summary>
    public static async Task<OrchestratorStack> StartAsync(string style = "sync", params string[] settings)
    {
        var sandbox = Sandbox.Program.Build(
            ["--PYLON_HTTP_PORT=0", "--PYLON_URL=", "--BAP_ID=pylon.test", $"--SANDBOX_BPP_STYLE={style}", "--Logging:LogLevel:Default=None", .. settings.Where(s => s.StartsWith("--SANDBOX_", StringComparison.Ordinal))]);
        await sandbox.StartAsync();
        OrchestratorStack stack = null!;
        var webhook = Webhook(async request => await stack.Beckn.ReceiveCallbackAsync(request));
        await webhook.StartAsync();
        stack = new OrchestratorStack(await OrchestratorDatabase.CreateAsync(), await TestRedis.CreateAsync(), await FakeIngestion.StartAsync(), await FakeConductor.StartAsync(), sandbox, webhook, [.. settings.Select(s => s.Replace("{sandbox}", sandbox.Urls.Single(), StringComparison.Ordinal))]);
        await stack.StartOrchestratorAsync();
        return stack;
    }

    public async Task StartOrchestratorAsync()
    {
        var app = await StartAnotherAsync();
        _orchestrator = app;
        // gRPC is the first of the two that it listens on.
        _channel = GrpcChannel.ForAddress(app.Urls.First());
    }

    /// <summary>One more Orchestrator on the same database.</summary>
    public async Task<WebApplication> StartAnotherAsync()
    {
        var app = Program.Build([.. _settings], builder =>
        {
            CallerByHeader.Add(builder.Services);
            builder.Services.AddSingleton<IEventGroup>(Conductor);
            builder.Services.AddHttpClient(BecknExchange.HttpClientName).AddHttpMessageHandler(() => new BeforePostHandler(this));
            builder.Logging.AddFilter<RecordedLog>("Pylon", LogLevel.Information);
        });
        // The service clears the providers that are there before it.
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(Log);
        await app.StartAsync();
        return app;
    }

    /// <summary>Ends the Orchestrator as a SIGTERM does.</summary>
    public async Task StopOrchestratorAsync()
    {
        if (_orchestrator is null)
            return;
        _channel!.Dispose();
        _large?.Dispose();
        _large = null;
        await _orchestrator.StopAsync();
        await _orchestrator.DisposeAsync();
        _orchestrator = null;
    }

    public async Task<string> SubmitAsync(string name = "training", double? load = null, string pipeline = "")
    {
        var request = new SubmitWorkloadRequest { WorkloadName = name, Pipeline = pipeline };
        if (load is { } megawatts)
            request.ComputeLoadMw = megawatts;
        return (await Workloads.SubmitWorkloadAsync(request)).Workload.Id;
    }

    public async Task<Workload> GetAsync(string id) => (await Workloads.GetWorkloadAsync(new GetWorkloadRequest { Id = id })).Workload;

    public Task<Workload> UntilAsync(string id, WorkloadStatus status) =>
        Eventually.Is(() => GetAsync(id), w => w.Status == status, TimeSpan.FromSeconds(30), $"to become {status}");

    public Task<Workload> UntilAsync(string id, RunState state) =>
        Eventually.Is(() => GetAsync(id), w => w.Run?.State == state, TimeSpan.FromSeconds(30), $"its run to become {state}");

    /// <summary>Submits and waits for the three options.</summary>
    public async Task<Workload> OfferedAsync(string name = "training") =>
        await UntilAsync(await SubmitAsync(name), WorkloadStatus.PendingUserChoice);

    public async Task<Workload> ChooseAsync(string id, int option) =>
        (await Workloads.ChooseRecommendationAsync(new ChooseRecommendationRequest { Id = id, Option = option })).Workload;

    public async Task<Workload> CancelAsync(string id) => (await Workloads.CancelWorkloadAsync(new CancelWorkloadRequest { Id = id })).Workload;

    public async Task<Workload> ReplayAsync(string id) => (await Workloads.ReplayWorkloadAsync(new ReplayWorkloadRequest { Id = id })).Workload;

    public async Task FaultAsync(object fault, string of = "bpp")
    {
        using var response = await _admin.PostAsJsonAsync($"/admin/{of}/faults", fault);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Changes what the provider offers.</summary>
    public async Task ChangeCatalogueAsync(Action<JsonArray> change)
    {
        var catalogues = (await _admin.GetFromJsonAsync<JsonNode>("/admin/bpp/catalog"))!["catalogs"]!.DeepClone().AsArray();
        change(catalogues);
        using var response = await _admin.PutAsJsonAsync("/admin/bpp/catalog", new JsonObject { ["catalogs"] = catalogues });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task ClearFaultsAsync(string of = "bpp") => (await _admin.DeleteAsync($"/admin/{of}/faults")).Dispose();

    /// <summary>The provider gets another key.</summary>
    public async Task RotateKeyAsync() => (await _admin.PostAsync("/admin/registry/rotate", null)).Dispose();

    /// <summary>The provider's Authorization header for these bytes.</summary>
    public async Task<string> SignAsync(byte[] body)
    {
        using var response = await _admin.PostAsync("/admin/registry/sign", new ByteArrayContent(body));
        return (string)(await response.Content.ReadFromJsonAsync<JsonNode>())!["authorization"]!;
    }

    /// <summary>How often the registry was asked.</summary>
    public async Task<int> LookupsAsync() => (int)(await _admin.GetFromJsonAsync<JsonNode>("/admin/registry/requests"))!["count"]!;

    public async Task ForgetOrdersAsync() => (await _admin.DeleteAsync("/admin/bpp/orders")).Dispose();

    /// <summary>What the provider knows of a workload's orders.</summary>
    public async Task<IReadOnlyList<JsonNode>> OrdersAsync(string workloadId)
    {
        var known = (await _admin.GetFromJsonAsync<JsonNode>("/admin/bpp/orders"))!["orders"]!.AsArray();
        var ours = await Database.ListAsync<string>("SELECT order_id FROM beckn_orders WHERE workload_id = $1", Guid.Parse(workloadId));
        return [.. known.Where(o => ours.Contains((string)o!["id"]!))!];
    }

    /// <summary>The states of a workload's orders at the provider, sorted.</summary>
    public async Task<IEnumerable<string>> OrderStatesAsync(string workloadId) =>
        (await OrdersAsync(workloadId)).Select(o => (string)o["state"]!).Order();

    public async Task<int> RequestsAsync(string action) =>
        (int)(await _admin.GetFromJsonAsync<JsonNode>($"/admin/bpp/requests?action={action}"))!["count"]!;

    public async ValueTask DisposeAsync()
    {
        await StopOrchestratorAsync();
        _admin.Dispose();
        await _webhook.DisposeAsync();
        await _sandbox.DisposeAsync();
        await Ingestion.DisposeAsync();
        await Conductor.DisposeAsync();
        await Database.DisposeAsync();
    }

    private sealed class BeforePostHandler(OrchestratorStack stack) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (stack.BeforePost is { } before)
                await before(request.RequestUri!.Segments[^1]);
            return await base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>What the Gateway does with the callbacks of providers.</summary>
    private static WebApplication Webhook(Func<ReceiveCallbackRequest, Task<ReceiveCallbackResponse>> receive)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http1));
        var app = builder.Build();
        app.MapPost("/beckn/{action}", async (string action, HttpContext http) =>
        {
            var response = await receive(new ReceiveCallbackRequest
            {
                Action = action,
                Body = await ByteString.FromStreamAsync(http.Request.Body),
                Authorization = { http.Request.Headers.Authorization.OfType<string>() },
            });
            http.Response.StatusCode = response.HttpStatus;
            http.Response.ContentType = "application/json";
            await http.Response.Body.WriteAsync(response.Body.Memory);
        });
        return app;
    }
}
