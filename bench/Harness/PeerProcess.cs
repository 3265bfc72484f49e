using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;

namespace Pylon.Bench.Harness;

/// <summary>A server that is not ours, with a directory of its own, which goes when it ends.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);
    private readonly DirectoryInfo _directory;
    private readonly Process _process;

    private PeerProcess(DirectoryInfo directory, Process process, int port) => (_directory, _process, Port) = (directory, process, port);

    /// <summary>Of the loopback address.</summary>
    public int Port { get; }

    /// <summary>The first process; others may have been started by it.</summary>
    public int Pid => _process.Id;

    /// <summary>The path of a program, or a failure that names the Debian packages to install.</summary>
    public static string Program(string program, string packages) =>
        Tools.Find(program) ?? throw new StackException($"{program} is not installed; on Debian: apt-get install {packages}");

    /// <summary>Starts it on a free port and waits until it listens there.</summary>
    /// <param name="program">The path of the program.</param>
    /// <param name="arguments">Given its directory and its port.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<PeerProcess> StartAsync(string program, Func<string, int, Task<IReadOnlyList<string>>> arguments, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("pylon-bench-");
        using var ports = new Ports();
        var port = ports.Choose(Ports.Throwaway());
        var log = Path.Combine(directory.FullName, "log");
        var process = await Spawner.StartAsync(new LaunchPlan(program, await arguments(directory.FullName, port), log));
        var peer = new PeerProcess(directory, process, port);
        for (var start = Stopwatch.GetTimestamp(); !await ListensAsync(port, cancellationToken); await Task.Delay(50, cancellationToken))
        {
            if (!process.HasExited && Stopwatch.GetElapsedTime(start) < StartPatience)
                continue;
            var said = await File.ReadAllTextAsync(log, cancellationToken);
            await peer.DisposeAsync();
            throw new StackException($"{Path.GetFileName(program)} did not start: {said.Trim()}");
        }

        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            Signals.Send(_process.Id, Signal.Terminate);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    private static async Task<bool> ListensAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
