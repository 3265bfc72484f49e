using System.Net;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pylon.Gateway.Contracts;
using Pylon.Gateway.Proxy;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Gateway.Tests;

public sealed class ProxyTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private WorkloadService.WorkloadServiceClient Client => new(fixture.Gateway.Grpc);

    [Fact]
    public async Task NativeCallsReachTheService() =>
        Assert.Equal("n", (await Client.SubmitWorkloadAsync(new SubmitWorkloadRequest { WorkloadName = "n" })).Workload.WorkloadName);

    [Fact]
    public async Task ErrorsKeepTheirDetails()
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await Client.GetWorkloadAsync(new GetWorkloadRequest { Id = "unknown" }));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Equal("WORKLOAD_NOT_FOUND", error.Reason());
    }

    [Fact]
    public async Task StreamsComeMessageByMessage()
    {
        await using var gateway = await TestGateway.StartAsync();
        var call = new WorkloadService.WorkloadServiceClient(gateway.Grpc).WatchWorkload(new WatchWorkloadRequest { Id = "open" });

        for (var i = 0; i < 3; i++)
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).Within());
        Assert.False(gateway.Fakes.Cancelled.Task.IsCompleted);
        call.Dispose();

        await gateway.Fakes.Cancelled.Task.Within();
    }

    [Fact]
    public async Task HeadersOfAStreamComeBeforeItsFirstMessage()
    {
        using var call = Client.WatchWorkload(new WatchWorkloadRequest { Id = "silent" });

        var headers = await call.ResponseHeadersAsync.Within();

        Assert.Equal("yes", headers.GetValue("early"));
    }

    [Fact]
    public async Task DeadlinesReachTheService()
    {
        await using var gateway = await TestGateway.StartAsync();
        var workloads = new WorkloadService.WorkloadServiceClient(gateway.Grpc);
        // Connected, so that the deadline is not over on the way.
        await workloads.GetWorkloadAsync(new GetWorkloadRequest { Id = "x" });
        using var call = workloads.WatchWorkload(new WatchWorkloadRequest { Id = "open" }, deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(4));

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None).Within())
            {
            }
        });

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        await gateway.Fakes.Cancelled.Task.Within();
    }

    [Fact]
    public async Task FrozenServiceDoesNotHoldItsCallers()
    {
        // It takes connections and answers nothing, as a stopped process does.
        using var frozen = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        frozen.Start();
        await using var gateway = await TestGateway.StartAsync(
            $"--PYLON_INGESTION=http://{frozen.LocalEndpoint}", "--Transcoding:DefaultTimeout=00:00:00.200", "--Proxy:UnaryTimeout=00:00:00.200");

        Assert.Equal(504, (int)(await gateway.Http.GetAsync("/api/v1/grid/national")).StatusCode);
        var client = new Pylon.Ingestion.V1.GridService.GridServiceClient(gateway.Grpc);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await client.GetNationalGridAsync(new()));
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public void EveryUnaryCallHasABound()
    {
        Assert.True(new Pylon.Gateway.Proxy.ProxyOptions().UnaryTimeout <= TimeSpan.FromSeconds(10));
        Assert.True(new Pylon.Transcoding.Requests.TranscodingOptions().DefaultTimeout <= TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task UnreachableServiceIsUnavailable()
    {
        await using var gateway = await TestGateway.StartAsync();
        await gateway.StopServicesAsync();

        for (var i = 0; i < 5; i++)
        {
            var error = await Assert.ThrowsAsync<RpcException>(async () => await new WorkloadService.WorkloadServiceClient(gateway.Grpc).GetWorkloadAsync(new GetWorkloadRequest { Id = "x" }));
            Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        }

        Assert.Equal(503, (int)(await gateway.Http.GetAsync("/api/v1/workloads/x")).StatusCode);
        Assert.Equal(503, (int)(await gateway.Http.GetAsync("/health")).StatusCode);
        Assert.Equal(200, (int)(await gateway.Http.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, (await new Health.HealthClient(gateway.Grpc).CheckAsync(new HealthCheckRequest())).Status);
    }

    [Fact]
    public async Task TheGatewayStaysReadyWhileOneUpstreamIsUnreachable()
    {
        await using var gateway = await TestGateway.StartAsync("--PYLON_CONDUCTOR=http://127.0.0.1:1");

        using var ready = await gateway.Http.GetAsync("/health/ready");

        Assert.Equal(200, (int)ready.StatusCode);
        var body = await ready.Content.ReadAsStringAsync();
        Assert.Contains("\"status\":\"degraded\"", body, StringComparison.Ordinal);
        Assert.Contains("conductor is unreachable", body, StringComparison.Ordinal);
        var health = new Health.HealthClient(gateway.Grpc);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await health.CheckAsync(new HealthCheckRequest())).Status);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, (await health.CheckAsync(new HealthCheckRequest { Service = "pylon.conductor.v1.PipelineService" })).Status);
    }

    [Fact]
    public async Task HealthIsLookedAtOnceForAllThatAskWithinASecond()
    {
        // The Gateway sets a deadline by the clock that stands, and gRPC ends the call by the real one: the deadline needs room.
        var (looks, time) = (0, new FakeTime(TimeProvider.System.GetUtcNow()));
        await using var gateway = await TestGateway.StartAsync(services =>
        {
            services.AddSingleton<TimeProvider>(time);
            services.Configure<HealthCheckPublisherOptions>(options => options.Delay = TimeSpan.FromHours(1));
            services.AddHealthChecks().AddCheck("counted", () => HealthCheckResult.Healthy($"{Interlocked.Increment(ref looks)}"), [RpcServer.OfProcess]);
        }, "--Proxy:HealthTimeout=00:01:00");
        var health = new Health.HealthClient(gateway.Grpc);

        foreach (var path in (string[])["/health", "/healthz", "/health/ready"])
            Assert.Equal(200, (int)(await gateway.Http.GetAsync(path)).StatusCode);
        await health.CheckAsync(new HealthCheckRequest());
        using var watch = health.Watch(new HealthCheckRequest());
        Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None).Within());
        Assert.Equal(1, looks);
        Assert.Equal(Upstream.Table.Count, Asked());
        for (var n = 0; n < 3; n++)
            await health.CheckAsync(new HealthCheckRequest { Service = WorkloadService.Descriptor.FullName });
        Assert.Equal(Upstream.Table.Count + 1, Asked());

        await Eventually.True(async () =>
        {
            time.Advance(SharedHealth.Kept);
            await gateway.Http.GetAsync("/health");
            return looks > 1;
        });

        int Asked() => gateway.Service<CallerRecorder>().Seen.Count(call => call.Method == "/grpc.health.v1.Health/Check");
    }

    [Fact]
    public async Task SeveralInstancesTakeTurns()
    {
        await using var second = await TestGateway.StartServicesAsync();
        await using var first = await TestGateway.StartServicesAsync();
        await using var gateway = await TestGateway.StartAsync($"--PYLON_ORCHESTRATOR={first.Urls.Single()},{second.Urls.Single()}");
        for (var i = 0; i < 4; i++)
        {
            await gateway.Http.GetStringAsync("/api/v1/workloads/x");
            await new WorkloadService.WorkloadServiceClient(gateway.Grpc).GetWorkloadAsync(new GetWorkloadRequest { Id = "x" });
        }

        await first.StopAsync();

        // The remaining instance answers; a call that was on its way to the stopped one fails and counts against it.
        await Eventually.True(async () => (await gateway.Http.GetAsync("/api/v1/workloads/x")).IsSuccessStatusCode);
        await Eventually.True(async () => (await new WorkloadService.WorkloadServiceClient(gateway.Grpc).GetWorkloadAsync(new GetWorkloadRequest { Id = "x" })).Workload.Id == "x");
    }

    /// <summary>Instances of one name: those that it has, also a new one, and no longer one that it has lost.</summary>
    [Fact]
    public async Task TheInstancesOfANameTakeTurns()
    {
        var (one, other) = (IPAddress.Parse("127.0.0.1"), IPAddress.Parse("127.0.0.2"));
        await using var first = await TestGateway.StartServicesAsync();
        await using var second = await TestGateway.StartServicesAsync(at: new IPEndPoint(other, new Uri(first.Urls.Single()).Port));
        IPAddress[] known = [one];
        var lookUps = 0;
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var gateway = await TestGateway.StartAsync(
            services => services.AddSingleton<TimeProvider>(time).AddSingleton<NameLookUp>((_, _) =>
            {
                Interlocked.Increment(ref lookUps);
                return Task.FromResult(known);
            }),
            $"--PYLON_ORCHESTRATOR=dns:///orchestrator.test:{new Uri(first.Urls.Single()).Port}");
        Assert.Equal((10, 0), await CountAsync());

        known = [one, other];
        await NextLookUpAsync();
        // YARP and the channel take turns each on its own: of five calls two or three.
        await Eventually.True(async () => await CountAsync() is ( >= 4, >= 4));

        known = [other];
        await NextLookUpAsync();
        await Eventually.True(async () => await CountAsync() is (0, 10));

        // Natively by YARP and over REST by a channel: ten calls, and who took them.
        async Task<(int First, int Second)> CountAsync()
        {
            var (before, beforeSecond) = (CallsOf(first), CallsOf(second));
            for (var i = 0; i < 5; i++)
            {
                await gateway.Http.GetStringAsync("/api/v1/workloads/x");
                await new WorkloadService.WorkloadServiceClient(gateway.Grpc).GetWorkloadAsync(new GetWorkloadRequest { Id = "x" });
            }

            return (CallsOf(first) - before, CallsOf(second) - beforeSecond);
        }

        static int CallsOf(WebApplication services) => services.Services.GetRequiredService<FakeServices>().WorkloadsRead;

        async Task NextLookUpAsync()
        {
            var before = lookUps;
            time.Advance(Names.Refresh);
            await Eventually.True(() => lookUps >= before + 2);
        }
    }

    /// <summary>Two instances are replaced, the second while YARP still takes the first for gone.</summary>
    [Fact]
    public async Task InstanceThatIsBackIsTriedWhenTheOthersAreGone()
    {
        var first = await TestGateway.StartServicesAsync();
        await using var second = await TestGateway.StartServicesAsync();
        var at = new Uri(first.Urls.Single());
        await using var gateway = await TestGateway.StartAsync($"--PYLON_ORCHESTRATOR={at},{second.Urls.Single()}", "--Proxy:ReactivationPeriod=00:10:00");
        var workloads = new WorkloadService.WorkloadServiceClient(gateway.Grpc);
        async Task CallAsync(int calls)
        {
            for (var i = 0; i < calls; i++)
                Assert.Equal("x", (await workloads.GetWorkloadAsync(new GetWorkloadRequest { Id = "x" })).Workload.Id);
        }

        await CallAsync(10);
        await first.StopAsync();
        await first.DisposeAsync();
        await CallAsync(20);
        await using var again = await TestGateway.StartServicesAsync(at: new IPEndPoint(IPAddress.Loopback, at.Port));
        await second.StopAsync();

        await CallAsync(20);
    }

    /// <summary>YARP finds out by failed calls that an instance is gone; none of those is a caller's.</summary>
    [Fact]
    public async Task CallThatCannotBeSentGoesToTheNextInstance()
    {
        await using var only = await TestGateway.StartServicesAsync();
        await using var gateway = await TestGateway.StartAsync($"--PYLON_ORCHESTRATOR=http://127.0.0.1:1,http://127.0.0.2:1,{only.Urls.Single()},http://127.0.0.3:1");
        var workloads = new WorkloadService.WorkloadServiceClient(gateway.Grpc);

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("x", (await workloads.GetWorkloadAsync(new GetWorkloadRequest { Id = "x" })).Workload.Id);
            var large = new string('x', 100_000);
            Assert.Equal(large, (await workloads.GetWorkloadAsync(new GetWorkloadRequest { Id = large })).Workload.Id);
            using var watch = workloads.WatchWorkload(new WatchWorkloadRequest { Id = "open" });
            Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None).Within());
        }
    }

    [Theory]
    [InlineData("", HealthCheckResponse.Types.ServingStatus.Serving)]
    [InlineData("pylon.orchestrator.v1.WorkloadService", HealthCheckResponse.Types.ServingStatus.Serving)]
    [InlineData("pylon.gateway.v1.BroadcastService", HealthCheckResponse.Types.ServingStatus.Serving)]
    public async Task HealthOfAServiceIsAskedOfItsOwner(string service, HealthCheckResponse.Types.ServingStatus status) =>
        Assert.Equal(status, (await new Health.HealthClient(fixture.Gateway.Grpc).CheckAsync(new HealthCheckRequest { Service = service })).Status);

    [Fact]
    public async Task HealthOfAnUnknownServiceIsNotFound()
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Health.HealthClient(fixture.Gateway.Grpc).CheckAsync(new HealthCheckRequest { Service = "nobody" }));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task ReflectionListsAllServices()
    {
        using var call = new ServerReflection.ServerReflectionClient(fixture.Gateway.Grpc).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).Within());
        var names = call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name).ToList();
        await call.RequestStream.CompleteAsync();

        Assert.Superset(
            new HashSet<string> { "pylon.orchestrator.v1.WorkloadService", "pylon.ingestion.v1.MarketService", "pylon.gateway.v1.BroadcastService", "grpc.health.v1.Health" },
            names.ToHashSet());
    }

    [Fact]
    public async Task UnknownServiceIsUnimplemented()
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Pylon.Testing.V1.EchoService.EchoServiceClient(fixture.Gateway.Grpc).GetAsync(new()));

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Fact]
    public void EveryServiceOfTheContractHasAnOwner() =>
        Assert.All(Contract.Services, service => Assert.True(Pylon.Gateway.Proxy.Upstream.Of(service) is not null || service.File.Package == "pylon.gateway.v1"));
}
