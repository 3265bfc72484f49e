using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pylon.Orchestrator.V1;
using Pylon.ServiceDefaults;
using Pylon.Testing;

namespace Pylon.Rpc.Tests;

/// <summary>A process of Pylon in this one: real Kestrel on free ports, the house's defaults, a fake WorkloadService.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly GrpcChannel _channel;

    private TestService(WebApplication app, FakeWorkloads workloads, LogLines log)
    {
        App = app;
        Workloads = workloads;
        Log = log;
        var addresses = AddressesOf(app.Services);
        GrpcAddress = addresses[0];
        _channel = GrpcChannel.ForAddress(GrpcAddress);
        Http = new HttpClient { BaseAddress = new Uri(addresses[1]) };
    }

    public WebApplication App { get; }
    public FakeWorkloads Workloads { get; }
    public LogLines Log { get; }
    public string GrpcAddress { get; }
    public HttpClient Http { get; }
    public CallInvoker Invoker => _channel.CreateCallInvoker();
    public WorkloadService.WorkloadServiceClient Client => new(_channel);

    public static Uri HttpAddressOf(IServiceProvider services) => new(AddressesOf(services)[1]);

    private static List<string> AddressesOf(IServiceProvider services) =>
        [.. services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];

    public static async Task<TestService> StartAsync(Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null)
    {
        var log = new LogLines();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection([new("PYLON_GRPC_PORT", "0"), new("PYLON_HTTP_PORT", "0")]);
        builder.AddServiceDefaults("test", 5999, 5998);
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services.AddSingleton<FakeWorkloads>();
        configure?.Invoke(builder);
        var app = builder.Build();
        app.MapGrpcService<FakeWorkloads>();
        map?.Invoke(app);
        app.MapServiceDefaults(WorkloadService.Descriptor);
        await app.StartAsync();
        return new TestService(app, app.Services.GetRequiredService<FakeWorkloads>(), log);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _channel.Dispose();
        await App.DisposeAsync();
    }
}
