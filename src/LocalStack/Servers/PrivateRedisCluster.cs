using System.Diagnostics;
using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Servers;

/// <summary>A private Redis Cluster on loopback ports: masters, each with a replica or without, and each node a process.</summary>
public sealed class PrivateRedisCluster : IAsyncDisposable
{
    /// <summary>The least that a cluster works with.</summary>
    internal const int Masters = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly bool _hasReplicas;

    private PrivateRedisCluster(IReadOnlyList<PrivateRedis> nodes, bool hasReplicas) => (Nodes, _hasReplicas) = (nodes, hasReplicas);

    /// <summary>Its nodes, masters and replicas.</summary>
    public IReadOnlyList<PrivateRedis> Nodes { get; }

    /// <summary>All nodes, in StackExchange.Redis' notation.</summary>
    public string Address => string.Join(',', Nodes.Select(node => node.Address));

    /// <summary>The master that serves a key now.</summary>
    public async Task<PrivateRedis> MasterOfAsync(string key, CancellationToken cancellationToken = default)
    {
        var asked = Nodes.First(node => node.IsRunning);
        var slot = int.Parse((await CliAsync(["-p", $"{asked.Port}", "cluster", "keyslot", key], cancellationToken)).Output);
        // A line for each node: id address flags master … slots, which are numbers and ranges.
        var nodes = await CliAsync(["-p", $"{asked.Port}", "cluster", "nodes"], cancellationToken);
        var words = nodes.Output.Split('\n').Select(line => line.Split(' ')).First(line => line.Skip(8).Any(range => Holds(range, slot)));
        return Nodes.First(node => words[1].StartsWith(node.Address + "@", StringComparison.Ordinal));
    }

    private static bool Holds(string range, int slot) =>
        range.Split('-') is [var first, .. var rest] && int.TryParse(first, out var from) && int.TryParse(rest.LastOrDefault() ?? first, out var to) && from <= slot && slot <= to;

    /// <summary>Nodes that are not started yet, three of them or six: the last three are replicas.</summary>
    internal static PrivateRedisCluster Create(IReadOnlyList<PrivateRedis> nodes) => new(nodes, nodes.Count > Masters);

    /// <summary>A cluster on random ports; its data are deleted when it is disposed.</summary>
    public static async Task<PrivateRedisCluster> StartThrowawayAsync(bool hasReplicas, CancellationToken cancellationToken = default)
    {
        using var ports = new Ports();
        var nodes = Enumerable.Range(1, hasReplicas ? 2 * Masters : Masters).Select(number =>
        {
            var directory = ThrowawayDirectory.Create("redis");
            var options = new PrivateServerOptions(Path.Combine(directory, "data"), Path.Combine(directory, "log"), ports.Choose(Ports.Throwaway()))
            {
                Throwaway = true,
                Enclosing = directory,
            };
            return PrivateRedis.CreateNode($"redis-{number}", options, ports.Choose(Ports.Throwaway()));
        });
        var cluster = Create([.. nodes]);
        try
        {
            await Task.WhenAll(cluster.Nodes.Select(node => node.StartAsync(cancellationToken)));
            await cluster.FormAsync(cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes one cluster of the nodes, which run, and waits until every one of them serves. One that was made before is kept.</summary>
    /// <exception cref="StackException">It was not made in time.</exception>
    public async Task FormAsync(CancellationToken cancellationToken)
    {
        if ((await InfoAsync(Nodes[0], cancellationToken)).GetValueOrDefault("cluster_known_nodes") == "1")
        {
            string[] replicas = _hasReplicas ? ["--cluster-replicas", "1"] : [];
            var made = await CliAsync(["--cluster", "create", .. Nodes.Select(node => $"{node.Address}@{node.BusPort}"), .. replicas, "--cluster-yes"], cancellationToken);
            if (!made.Succeeded)
                throw new StackException($"The Redis cluster was not made: {made.Output.Trim()}");
        }

        var clock = Stopwatch.StartNew();
        while (!await IsWholeAsync(cancellationToken))
        {
            if (clock.Elapsed > Patience)
                throw new StackException($"The Redis cluster does not serve after {Patience.TotalSeconds:0} s. The log of its first node: {Nodes[0].LogFile}");
            // Nodes that started again on other ports do not find one another.
            foreach (var node in Nodes.Skip(1))
                await CliAsync(["-p", $"{Nodes[0].Port}", "cluster", "meet", "127.0.0.1", $"{node.Port}", $"{node.BusPort}"], cancellationToken);
            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Task.WhenAll(Nodes.Select(node => node.DisposeAsync().AsTask()));

    // A replica that has not copied its master yet could not take its place.
    private async Task<bool> IsWholeAsync(CancellationToken cancellationToken)
    {
        foreach (var node in Nodes)
        {
            var info = await InfoAsync(node, cancellationToken);
            if (info.GetValueOrDefault("cluster_state") != "ok" || info.GetValueOrDefault("cluster_known_nodes") != $"{Nodes.Count}")
                return false;
            var replication = await AnswerAsync(node, ["info", "replication"], cancellationToken);
            if (replication.GetValueOrDefault("role") == "slave" ? replication.GetValueOrDefault("master_link_status") != "up" : _hasReplicas && replication.GetValueOrDefault("connected_slaves") == "0")
                return false;
        }

        return true;
    }

    private static Task<IReadOnlyDictionary<string, string>> InfoAsync(PrivateRedis node, CancellationToken cancellationToken) =>
        AnswerAsync(node, ["cluster", "info"], cancellationToken);

    private static async Task<IReadOnlyDictionary<string, string>> AnswerAsync(PrivateRedis node, string[] command, CancellationToken cancellationToken)
    {
        var answer = await CliAsync(["-p", $"{node.Port}", .. command], cancellationToken);
        return answer.Output.Split('\n').Select(line => line.Trim().Split(':', 2)).Where(pair => pair.Length == 2)
            .GroupBy(pair => pair[0]).ToDictionary(pair => pair.Key, pair => pair.First()[1]);
    }

    private static Task<ToolResult> CliAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) => Tools.RunAsync(
        Tools.Find("redis-cli") ?? Tools.Find("valkey-cli") ?? throw new StackException("The command line of Redis (redis-cli) is not installed."), arguments, cancellationToken: cancellationToken);
}
