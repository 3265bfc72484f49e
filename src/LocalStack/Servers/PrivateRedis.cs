using System.Net.Sockets;
using System.Text;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;

namespace Pylon.LocalStack.Servers;

/// <summary>A private Redis server on a loopback port, with an append-only file.</summary>
public sealed class PrivateRedis : PrivateServer
{
    // One for each test of a run; an unused one costs almost nothing.
    private const int ThrowawayDatabases = 4096;

    // A master that is silent for so long is replaced by its replica.
    private const int NodeTimeoutMilliseconds = 2000;

    // Of the answer to INFO server, which has about thirty.
    private const int MostLines = 200;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    private readonly string _binary;
    private readonly int? _busPort;

    private PrivateRedis(string name, PrivateServerOptions options, string binary, int? busPort)
        : base(name, options) => (_binary, _busPort) = (binary, busPort);

    /// <summary>The program, or null when Redis (or Valkey) is not installed.</summary>
    internal static string? Binary => Tools.Find("redis-server") ?? Tools.Find("valkey-server");

    /// <summary>A server that is not started yet.</summary>
    public static PrivateRedis Create(PrivateServerOptions options) => Create("redis", options, busPort: null);

    /// <summary>A node of a cluster that is not started yet; the nodes talk to one another on the bus port.</summary>
    internal static PrivateRedis CreateNode(string name, PrivateServerOptions options, int busPort) => Create(name, options, busPort);

    private static PrivateRedis Create(string name, PrivateServerOptions options, int? busPort) =>
        new(name, options, Binary ?? throw new StackException("Redis (redis-server) is not installed."), busPort);

    /// <summary>Where its cluster reaches it; null when it is no node.</summary>
    internal int? BusPort => _busPort;

    /// <summary>Starts the server and waits until it answers.</summary>
    public static Task<PrivateRedis> StartAsync(PrivateServerOptions options, CancellationToken cancellationToken = default) =>
        StartedAsync(Create(options), cancellationToken);

    /// <summary>A server on a random port; its data are deleted when it is disposed.</summary>
    public static Task<PrivateRedis> StartThrowawayAsync(CancellationToken cancellationToken = default) =>
        StartThrowawayAsync("redis", options => StartAsync(options, cancellationToken));

    private protected override Task PrepareAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(DataDirectory);
        return Task.CompletedTask;
    }

    // With everysec it answers before it writes while its disk is slow, and loses up to two seconds of answered writes when it is killed then.
    private protected override LaunchPlan Plan() => new(
        _binary,
        [
            "--bind", "127.0.0.1", "--port", Port.ToString(), "--protected-mode", "yes",
            "--dir", DataDirectory, "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--daemonize", "no",
            .. _busPort is { } bus
                ? (string[])["--cluster-enabled", "yes", "--cluster-port", bus.ToString(), "--cluster-node-timeout", NodeTimeoutMilliseconds.ToString()]
                : ["--databases", (Options.Throwaway ? ThrowawayDatabases : 16).ToString()],
        ],
        LogFile)
    {
        WorkingDirectory = DataDirectory,
        SignalWhenOrphaned = Options.Throwaway ? Signal.Kill : Signal.Terminate,
    };

    // While it loads its file it answers -LOADING.
    private protected override async Task<string?> NotReadyBecauseAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerLimit);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, limit.Token);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\nINFO server\r\nQUIT\r\n"u8.ToArray(), limit.Token);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            var answer = await reader.ReadLineAsync(limit.Token);
            return answer == "+PONG" ? await OtherServerAsync(reader, limit.Token) : $"it answers '{answer}'";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return "it does not accept connections yet";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // another process may have the port
            return "it does not answer";
        }
    }

    // Another Redis on the port says PONG too; its process id is another one. Null when it is ours.
    private async Task<string?> OtherServerAsync(StreamReader answer, CancellationToken cancellationToken)
    {
        for (var line = 0; line < MostLines && await answer.ReadLineAsync(cancellationToken) is { } text; line++)
        {
            if (text == $"process_id:{Pid}")
                return null;
        }

        return $"another server answers on port {Port}";
    }
}
