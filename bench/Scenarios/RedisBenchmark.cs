using System.Diagnostics;
using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;

namespace Pylon.Bench.Scenarios;

/// <summary>redis-benchmark of the Redis distribution, without pipelining, with the given number of clients.</summary>
internal static class RedisBenchmark
{
    private const int Requests = 100_000;

    public static async Task<Work> RunAsync(PrivateRedis redis, int clients, CancellationToken cancellationToken)
    {
        var info = new ProcessStartInfo(
            "redis-benchmark", ["-h", "127.0.0.1", "-p", $"{redis.Port}", "-c", $"{clients}", "-n", $"{Requests}", "-r", $"{Requests}", "-q", "HSET", "benchmark", "__rand_int__", "S"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(info)!;
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? Requests : throw new StackException("redis-benchmark failed; it comes with redis-tools");
    }
}
