using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Rpc.Tests;

/// <summary>One name for all instances: two servers on one port, at two addresses of loopback.</summary>
public sealed class NamesTests : IAsyncLifetime
{
    private static readonly IPAddress First = IPAddress.Parse("127.0.0.1");
    private static readonly IPAddress Second = IPAddress.Parse("127.0.0.2");

    private readonly FakeTime _time = new();
    private readonly Dictionary<IPAddress, int> _calls = new() { [First] = 0, [Second] = 0 };
    private volatile IPAddress[] _known = [];
    private TestService _first = null!;
    private int _port;

    public async Task InitializeAsync()
    {
        _first = await StartAsync(First, 0);
        _port = new Uri(_first.GrpcAddress).Port;
    }

    public async Task DisposeAsync() => await _first.DisposeAsync();

    [Fact]
    public async Task CallsTakeTurnsBetweenTheInstancesOfAName()
    {
        await using var second = await StartAsync(Second, _port);
        _known = [First, Second];
        await using var services = Services();

        await CallUntilAsync(services, () => _calls[Second] > 0 && _calls[First] > 0);
        var (first, both) = (_calls[First], _calls[First] + _calls[Second]);
        for (var i = 0; i < 100; i++)
            await Client(services).GetWorkloadAsync(new());

        Assert.Equal(both + 100, _calls[First] + _calls[Second]);
        Assert.Equal(first + 50, _calls[First]);
    }

    [Fact]
    public async Task AnInstanceThatGoesAwayGetsNoMoreCalls()
    {
        await using var second = await StartAsync(Second, _port);
        _known = [First, Second];
        await using var services = Services();
        await CallUntilAsync(services, () => _calls[Second] > 0 && _calls[First] > 0);

        // The name forgets it first, as that of a pod that ends; it serves on meanwhile.
        _known = [First];
        await NextLookUpAsync();
        var last = _calls[Second];
        for (var i = 0; i < 20; i++)
            await Client(services).GetWorkloadAsync(new());

        Assert.Equal(last, _calls[Second]);
    }

    [Fact]
    public async Task AnInstanceThatIsKilledIsLeft()
    {
        var second = await StartAsync(Second, _port);
        _known = [First, Second];
        await using var services = Services();
        await CallUntilAsync(services, () => _calls[Second] > 0 && _calls[First] > 0);

        await second.DisposeAsync();

        // A call that is on its way to it may fail; from then on all succeed.
        await Eventually.True(async () =>
        {
            try
            {
                for (var i = 0; i < 10; i++)
                    await Client(services).GetWorkloadAsync(new());
                return true;
            }
            catch (RpcException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task ANewInstanceIsFound()
    {
        _known = [First];
        await using var services = Services();
        await CallUntilAsync(services, () => _calls[First] > 0);
        await using var second = await StartAsync(Second, _port);

        _known = [First, Second];
        await NextLookUpAsync();

        await CallUntilAsync(services, () => _calls[Second] > 0);
    }

    [Fact]
    public async Task WhileTheNameCannotBeLookedUpTheLastAddressesStay()
    {
        _known = [First];
        await using var services = Services();
        await CallUntilAsync(services, () => _calls[First] > 0);

        _known = [];
        await NextLookUpAsync();

        await Client(services).GetWorkloadAsync(new());
    }

    [Fact]
    public async Task ANameWithoutAddressesIsUnavailableAndIsLookedUpAgainSoon()
    {
        await using var services = Services();

        var error = await Assert.ThrowsAsync<RpcException>(async () => await Client(services).GetWorkloadAsync(new()));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Contains("orchestrator.test has no address", error.Status.Detail, StringComparison.Ordinal);
        _known = [First];
        await NextLookUpAsync(Names.Retry);

        await CallUntilAsync(services, () => _calls[First] > 0);
    }

    [Theory]
    [InlineData("dns:///orchestrator:5102", "http://orchestrator:5102/")]
    [InlineData("dns:///orchestrator.pylon.svc:80", "http://orchestrator.pylon.svc/")]
    [InlineData("dns:///orchestrator", null)]
    [InlineData("dns:///orchestrator:5102/path", null)]
    [InlineData("dns://8.8.8.8/orchestrator:5102", null)]
    [InlineData("http://orchestrator:5102", null)]
    public void ANameHasAHostAndAPort(string address, string? target) => Assert.Equal(target, Names.Target(new Uri(address))?.ToString());

    [Theory]
    [InlineData("dns:///orchestrator")]
    [InlineData("dns:///orchestrator:5102,dns:///other:5102")]
    [InlineData("http://127.0.0.1:5102,dns:///other:5102")]
    public async Task ANameStandsAloneOrStopsTheStart(string address)
    {
        await using var services = Services(address);

        var error = Assert.Throws<OptionsValidationException>(services.GetRequiredService<IStartupValidator>().Validate);

        Assert.Contains("dns:///host:port", error.Message, StringComparison.Ordinal);
    }

    private static WorkloadService.WorkloadServiceClient Client(IServiceProvider services) => services.GetRequiredService<WorkloadService.WorkloadServiceClient>();

    // The channel opens its connections in the background.
    private static Task CallUntilAsync(IServiceProvider services, Func<bool> reached) => Eventually.True(async () =>
    {
        await Client(services).GetWorkloadAsync(new());
        return reached();
    });

    private async Task NextLookUpAsync(TimeSpan? after = null)
    {
        await _time.TimersWaiting();
        var before = _lookUps;
        _time.Advance(after ?? Names.Refresh);
        await Eventually.True(() => _lookUps > before);
        await _time.TimersWaiting();
    }

    private int _lookUps;

    private Task<IPAddress[]> LookUpAsync(string host, CancellationToken cancellationToken)
    {
        Assert.Equal("orchestrator.test", host);
        Interlocked.Increment(ref _lookUps);
        return _known.Length > 0 ? Task.FromResult(_known) : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
    }

    private ServiceProvider Services(string? address = null) => new ServiceCollection().AddLogging()
        .AddSingleton<TimeProvider>(_time)
        .AddSingleton<NameLookUp>(LookUpAsync)
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("PYLON_ORCHESTRATOR", address ?? $"dns:///orchestrator.test:{_port}")]).Build())
        .AddRpcClient<WorkloadService.WorkloadServiceClient>("PYLON_ORCHESTRATOR")
        .BuildServiceProvider();

    private async Task<TestService> StartAsync(IPAddress address, int port)
    {
        var service = await TestService.StartAsync(builder => builder.Configuration.AddInMemoryCollection([new("PYLON_BIND", address.ToString()), new("PYLON_GRPC_PORT", $"{port}")]));
        service.Workloads.Get = (_, _) =>
        {
            lock (_calls)
                _calls[address]++;
            return Task.FromResult(new GetWorkloadResponse());
        };
        return service;
    }
}
