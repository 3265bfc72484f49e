using System.Net;
using System.Net.Sockets;
using System.Text;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;
using Pylon.LocalStack.Stacks;
using Pylon.Testing;

namespace Pylon.LocalStack.Tests;

/// <summary>Another process that answers on a port of ours is not taken for ours.</summary>
public sealed class StrangerTests : IDisposable
{
    private const string Healthy = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20\r\nConnection: close\r\n\r\n{\"status\":\"healthy\"}";
    private readonly string _directory = ThrowawayDirectory.Create("strangers");

    [Fact]
    public async Task StrangerWithAHealthEndpointIsNotTakenForTheService()
    {
        using var stranger = Stranger(Healthy, out var port);
        await using var service = new ServiceProcess("sandbox", SandboxProgram, Path.Combine(_directory, "sandbox.log"), port, null, []);

        var failure = await Assert.ThrowsAsync<StackException>(() => service.StartAsync());

        Assert.StartsWith("sandbox did not start: it ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StrangerThatAnswersPongIsNotTakenForRedis()
    {
        using var stranger = Stranger("+PONG\r\n$36\r\n# Server\r\nprocess_id:1\r\ntcp_port:1234\r\n\r\n", out var port);
        var options = new PrivateServerOptions(Path.Combine(_directory, "redis"), Path.Combine(_directory, "redis.log"), port) { Throwaway = true };

        var failure = await Assert.ThrowsAsync<StackException>(() => PrivateRedis.StartAsync(options));

        Assert.StartsWith("redis did not start: it exited with code 1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServiceOfTheSameKindOnThePortIsNotTakenForTheService()
    {
        await using var ours = ServiceProcess.OnFreePorts("sandbox", SandboxProgram, Path.Combine(_directory, "one.log"), hasGrpc: false, []);
        await ours.StartAsync();
        await using var late = new ServiceProcess("sandbox", SandboxProgram, Path.Combine(_directory, "two.log"), ours.HttpPort, null, []);

        await Assert.ThrowsAsync<StackException>(() => late.StartAsync());

        Assert.True(ours.IsRunning);
    }

    [Fact]
    public async Task TwoStacksThatStartAtOnceBothRun()
    {
        // Both choose before either listens: what two ./pylon up at the same moment do.
        var preferred = StackAddresses.Choose(random: true);
        var before = preferred.Ports;
        var chosen = new List<StackAddresses>();
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var starts = new[] { "one", "other" }.Select(name => StackStarter.StartAsync(
            async () =>
            {
                var addresses = StackAddresses.Choose(before);
                lock (chosen)
                {
                    chosen.Add(addresses);
                    if (chosen.Count == 2)
                        both.SetResult();
                }

                await both.Task.Within();
                return Options(name, addresses);
            },
            changed: null, CancellationToken.None)).ToList();

        var stacks = await Task.WhenAll(starts);
        try
        {
            Assert.Empty(stacks[0].Addresses.Ports.Values.Intersect(stacks[1].Addresses.Ports.Values));
            Assert.All(stacks.SelectMany(stack => stack.Processes), process => Assert.True(process.IsRunning));
        }
        finally
        {
            foreach (var stack in stacks)
                await stack.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("sandbox.http", Healthy)]
    [InlineData("redis", "+PONG\r\n")]
    [InlineData("postgresql", "")]
    public async Task StackWhosePortIsTakenBeforeItsProcessListensTakesAnotherAndGoesOn(string name, string answer)
    {
        using var listeners = new Listeners();
        var (attempts, taken) = (0, 0);
        await using var stack = await StackStarter.StartAsync(
            () =>
            {
                var addresses = StackAddresses.Choose(random: true);
                if (++attempts == 1)
                    listeners.Add(Stranger(answer, taken = addresses.Ports[name]));
                return Task.FromResult(Options("only", addresses));
            },
            changed: null, CancellationToken.None);

        Assert.Equal(2, attempts);
        Assert.NotEqual(taken, stack.Addresses.Ports[name]);
        Assert.All(stack.Processes, process => Assert.True(process.IsRunning));
    }

    public void Dispose() => ThrowawayDirectory.Delete(_directory);

    private static string SandboxProgram => Checkout.Find().Program("Sandbox", TestProcess.Configuration);

    // Two checkouts have the same program here, and a folder of their own for data and logs.
    private StackOptions Options(string name, StackAddresses addresses) => new(Checkout.Find(), addresses)
    {
        DataDirectory = Path.Combine(_directory, name, "data"),
        LogDirectory = Path.Combine(_directory, name, "logs"),
        Configuration = TestProcess.Configuration,
        Services = [ServiceDefinition.Sandbox],
        Throwaway = true,
    };

    private static TcpListener Stranger(string answer, out int port)
    {
        var listener = Stranger(answer, 0);
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }

    // Answers whatever it is asked.
    private static TcpListener Stranger(string answer, int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        _ = AnswerAsync(listener, Encoding.ASCII.GetBytes(answer));
        return listener;
    }

    private static async Task AnswerAsync(TcpListener listener, byte[] answer)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                var stream = client.GetStream();
                _ = await stream.ReadAsync(new byte[4096]);
                await stream.WriteAsync(answer);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // the test has ended
        }
    }

    private sealed class Listeners : IDisposable
    {
        private readonly List<TcpListener> _all = [];

        public void Add(TcpListener listener) => _all.Add(listener);

        public void Dispose() => _all.ForEach(listener => listener.Dispose());
    }
}
