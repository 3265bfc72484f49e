using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Pylon.Testing;

namespace Pylon.Conductor.Tests;

/// <summary>Three masters on this machine, without replicas, gone with the test.</summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private readonly List<Process> _servers = [];
    private readonly string _directory = Directory.CreateTempSubdirectory("pylon-cluster").FullName;

    public string Address { get; private set; } = "";

    public static async Task<RedisCluster> StartAsync()
    {
        var cluster = new RedisCluster();
        var ports = Enumerable.Range(0, 3).Select(_ => FreePort()).ToList();
        foreach (var port in ports)
        {
            var directory = Directory.CreateDirectory(Path.Combine(cluster._directory, $"{port}")).FullName;
            cluster._servers.Add(Run(
                "redis-server", directory, "--port", $"{port}", "--cluster-enabled", "yes", "--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--cluster-node-timeout", "5000"));
        }

        foreach (var port in ports)
            await Eventually.True(async () => (await CliAsync("-p", $"{port}", "ping")).Contains("PONG", StringComparison.Ordinal));
        await CliAsync(["--cluster", "create", .. ports.Select(p => $"127.0.0.1:{p}"), "--cluster-yes"]);
        await Eventually.True(async () => (await CliAsync("-p", $"{ports[2]}", "cluster", "info")).Contains("cluster_state:ok", StringComparison.Ordinal));
        cluster.Address = string.Join(',', ports.Select(p => $"127.0.0.1:{p}"));
        return cluster;
    }

    public ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            server.Kill();
            server.WaitForExit();
            server.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<string> CliAsync(params string[] arguments)
    {
        using var cli = Run("redis-cli", Path.GetTempPath(), arguments);
        var said = await cli.StandardOutput.ReadToEndAsync();
        await cli.WaitForExitAsync();
        return said;
    }

    private static Process Run(string program, string directory, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, UseShellExecute = false, RedirectStandardOutput = true })!;
        if (program == "redis-server")
            process.BeginOutputReadLine();
        return process;
    }

    // The bus of a node listens 10,000 above it.
    private static int FreePort()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            if (port < 55_000)
                return port;
            return Random.Shared.Next(20_000, 30_000);
        }
    }
}
