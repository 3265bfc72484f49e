using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;

namespace Pylon.LocalStack.Servers;

/// <summary>How a <see cref="PrivateRedis"/> is set up.</summary>
public sealed record PrivateRedisOptions(string DataDirectory, string LogFile, int Port)
{
    /// <summary>True when the data are deleted with the server.</summary>
    public bool Throwaway { get; init; }

    /// <summary>A directory around data and log that is deleted with them.</summary>
    internal string? Enclosing { get; init; }
}

/// <summary>A private Redis server on a loopback port, with an append-only file.</summary>
public sealed class PrivateRedis : StackProcess
{
    // One for each test of a run; an unused one costs almost nothing.
    private const int ThrowawayDatabases = 4096;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    private readonly PrivateRedisOptions _options;
    private readonly string _binary;

    private PrivateRedis(PrivateRedisOptions options, string binary)
        : base("redis", options.LogFile) => (_options, _binary) = (options, binary);

    /// <summary>Where it listens, always on 127.0.0.1.</summary>
    public int Port => _options.Port;

    /// <summary>Where its data are.</summary>
    public string DataDirectory => _options.DataDirectory;

    /// <inheritdoc/>
    public override string Address => $"127.0.0.1:{Port}";

    /// <summary>The program, or null when Redis (or Valkey) is not installed.</summary>
    internal static string? Binary => Tools.Find("redis-server") ?? Tools.Find("valkey-server");

    /// <summary>A server that is not started yet.</summary>
    public static PrivateRedis Create(PrivateRedisOptions options) =>
        new(options, Binary ?? throw new StackException("Redis (redis-server) is not installed."));

    /// <summary>Starts the server and waits until it answers.</summary>
    public static Task<PrivateRedis> StartAsync(PrivateRedisOptions options, CancellationToken cancellationToken = default) =>
        Create(options).StartedAsync(cancellationToken);

    /// <summary>A server on a random port; its data are deleted when it is disposed.</summary>
    public static Task<PrivateRedis> StartThrowawayAsync(CancellationToken cancellationToken = default) => ThrowawayServer.StartAsync(
        "redis",
        (directory, port) => StartAsync(
            new PrivateRedisOptions(Path.Combine(directory, "data"), Path.Combine(directory, "log"), port) { Throwaway = true, Enclosing = directory },
            cancellationToken));

    private protected override IEnumerable<string> DeletedAtEnd => _options.Throwaway ? [DataDirectory, _options.Enclosing ?? DataDirectory] : [];

    private protected override Task PrepareAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(DataDirectory);
        return Task.CompletedTask;
    }

    private protected override LaunchPlan Plan() => new(
        _binary,
        [
            "--bind", "127.0.0.1", "--port", Port.ToString(CultureInfo.InvariantCulture), "--protected-mode", "yes",
            "--dir", DataDirectory, "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--daemonize", "no",
            "--databases", (_options.Throwaway ? ThrowawayDatabases : 16).ToString(CultureInfo.InvariantCulture),
        ],
        LogFile)
    {
        WorkingDirectory = DataDirectory,
        SignalWhenOrphaned = _options.Throwaway ? Signal.Kill : Signal.Terminate,
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
            await stream.WriteAsync("PING\r\n"u8.ToArray(), limit.Token);
            var answer = new byte[64];
            var length = await stream.ReadAsync(answer, limit.Token);
            var text = Encoding.ASCII.GetString(answer, 0, length).Trim();
            return text == "+PONG" ? null : $"it answers '{text}'";
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
}
