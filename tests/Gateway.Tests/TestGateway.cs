using System.Net;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Pylon.Access;
using Pylon.Gateway.Contracts;
using Pylon.Gateway.Proxy;
using Pylon.Ingestion.V1;
using Pylon.Insights.V1;
using Pylon.Messaging;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Pylon.Testing;
using Pylon.Testing.V1;
using Pylon.Transcoding.Calls;
using Pylon.Transcoding.Routing;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Pylon.Gateway.Tests;

/// <summary>The real gateway on free ports, in front of a process with fake services.</summary>
public sealed class TestGateway : IAsyncDisposable
{
    private readonly WebApplication _services;
    private readonly WebApplication _gateway;

    private TestGateway(WebApplication services, WebApplication gateway)
    {
        (_services, _gateway) = (services, gateway);
        var addresses = gateway.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        Grpc = GrpcChannel.ForAddress(addresses[0]);
        GrpcAddress = addresses[0];
        Http = new HttpClient { BaseAddress = new Uri(addresses[1]) };
        ApiAddress = addresses.ElementAtOrDefault(2);
    }

    /// <summary>With it the gateway and the services ask who calls.</summary>
    public const string InternalKeySetting = "--PYLON_INTERNAL_KEY=";

    /// <summary>The REST API.</summary>
    public HttpClient Http { get; }

    /// <summary>The gRPC API.</summary>
    public GrpcChannel Grpc { get; }

    public string GrpcAddress { get; }

    /// <summary>The REST API on the port of API_PORT; null when that is not set.</summary>
    public string? ApiAddress { get; }

    /// <summary>What the fake services received.</summary>
    internal FakeServices Fakes => _services.Services.GetRequiredService<FakeServices>();

    internal FakeEventStream Events => (FakeEventStream)_gateway.Services.GetRequiredService<IEventStream>();

    internal LogLines Log => _gateway.Services.GetRequiredService<LogLines>();

    /// <summary>Where the fake services are.</summary>
    public string ServiceAddress => _services.Urls.Single();

    /// <summary>A part of the fake services.</summary>
    internal T Service<T>()
        where T : notnull => _services.Services.GetRequiredService<T>();

    internal T Get<T>()
        where T : notnull => _gateway.Services.GetRequiredService<T>();

    /// <summary>What a start in production needs, beside the key of the services.</summary>
    internal static string[] Production => ["--PYLON_ENVIRONMENT=Production", "--PYLON_TRUSTED_PROXIES=127.0.0.1", "--Cors:Origins=none", "--BECKN_REGISTRY_URL=https://registry.example"];

    /// <summary>Settings are <c>--Section:Key=value</c>.</summary>
    public static Task<TestGateway> StartAsync(params string[] settings) => StartAsync(upstreams: null, settings);

    /// <summary>With other services than the fake ones behind the REST API.</summary>
    internal static Task<TestGateway> StartAsync(IUpstreams? upstreams, params string[] settings) => StartAsync(upstreams, _ => { }, settings);

    /// <summary>With other services in the gateway.</summary>
    internal static Task<TestGateway> StartAsync(Action<IServiceCollection> configure, params string[] settings) => StartAsync(null, configure, settings);

    private static async Task<TestGateway> StartAsync(IUpstreams? upstreams, Action<IServiceCollection> configure, string[] settings)
    {
        var services = await StartServicesAsync(settings.FirstOrDefault(setting => setting.StartsWith(InternalKeySetting, StringComparison.Ordinal))?[InternalKeySetting.Length..]);
        var address = services.Urls.Single();
        string[] defaults = ["--PYLON_HTTP_PORT=0", "--PYLON_GRPC_PORT=0", $"--PYLON_ORCHESTRATOR={address}", $"--PYLON_INGESTION={address}", $"--PYLON_CONDUCTOR={address}", $"--PYLON_INSIGHTS={address}", "--PYLON_REDIS=127.0.0.1:1", "--LOG_LEVEL=Critical"];
        var ownRedis = settings.Any(setting => setting.StartsWith("--PYLON_REDIS=", StringComparison.Ordinal));
        var gateway = Program.Build([.. defaults, .. settings], builder =>
        {
            var log = new LogLines();
            builder.Services.AddSingleton(log);
            CallerByHeader.Add(builder.Services);
            builder.Logging.AddProvider(log).AddFilter<LogLines>("Pylon", LogLevel.Information);
            builder.Services.RemoveAll<RouteTable>();
            builder.Services.AddSingleton(new RouteTable(Binding.Of([.. Contract.Services.Where(service => Upstream.Of(service) is not null), EchoService.Descriptor])));
            builder.Services.RemoveAll<IUpstreams>();
            if (upstreams is null)
                builder.Services.AddSingleton<IUpstreams, TestUpstreams>();
            else
                builder.Services.AddSingleton(upstreams);
            configure(builder.Services);
            if (ownRedis)
                return;
            builder.Services.RemoveAll<IEventStream>();
            builder.Services.AddSingleton<IEventStream, FakeEventStream>();
            builder.Services.Configure<HealthCheckServiceOptions>(options => options.Registrations.Remove(options.Registrations.Single(check => check.Name == "redis")));
        });
        try
        {
            await gateway.StartAsync();
        }
        catch
        {
            await gateway.DisposeAsync();
            await services.DisposeAsync();
            throw;
        }

        return new TestGateway(services, gateway);
    }

    /// <summary>As on SIGTERM; completes when every answer has ended.</summary>
    public Task StopAsync() => _gateway.StopAsync(CancellationToken.None);

    public Task StopServicesAsync() => _services.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Grpc.Dispose();
        await StopAsync(_gateway);
        await StopAsync(_services);
    }

    // An open stream of a test must not delay the end.
    private static async Task StopAsync(WebApplication app)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(limit.Token).Within();
        await app.DisposeAsync().AsTask().Within();
    }

    internal static async Task<WebApplication> StartServicesAsync(string? internalKey = null, IPEndPoint? at = null)
    {
        at ??= new IPEndPoint(IPAddress.Loopback, 0);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(at, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(provider => new InternalTokens(internalKey, "services", provider.GetRequiredService<TimeProvider>()));
        builder.Services.AddRpcServer();
        builder.Services.AddSingleton<KeyRing>();
        builder.Services.AddSingleton<CallerRecorder>();
        builder.Services.AddGrpc(options => options.Interceptors.Add<CallerRecorder>());
        builder.Services.AddSingleton<FakeServices>();
        var app = builder.Build();
        app.MapGrpcService<FakeEcho>();
        app.MapGrpcService<FakeWorkloads>();
        app.MapGrpcService<FakeBeckn>();
        app.MapGrpcService<FakeImports>();
        app.MapGrpcService<FakeEmissions>();
        app.MapGrpcService<FakeKeys>();
        app.MapRpcServer(WorkloadService.Descriptor, BecknService.Descriptor, KeyService.Descriptor, PipelineRunService.Descriptor, EmissionService.Descriptor);
        await app.StartAsync();
        return app;
    }

    /// <summary>The echo service lives beside the Orchestrator's.</summary>
    private sealed class TestUpstreams(UpstreamChannels channels) : IUpstreams
    {
        public global::Grpc.Core.CallInvoker InvokerOf(ServiceDescriptor service) =>
            channels.InvokerOf(Upstream.Of(service) ?? Upstream.Table.Single(upstream => upstream.Name == "orchestrator"));
    }
}
