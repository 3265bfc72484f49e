using System.Collections.Concurrent;
using Grpc.Core;
using Pylon.Client;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.Bench.Fleet;

/// <summary>Idempotent calls at a steady rate, as a program makes them that knows both Gateways: reads, and submissions with an id.</summary>
internal sealed class FleetLoad(PylonClient client, int perSecond)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentBag<string> _failures = [];
    private readonly ConcurrentBag<double> _took = [];

    /// <summary>The calls that failed, in words.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>How long each took, in milliseconds.</summary>
    public IReadOnlyCollection<double> Took => _took;

    /// <summary>Until it is told to end; then what has begun is waited for.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        var known = (await client.Workloads.SubmitWorkloadAsync(new SubmitWorkloadRequest { WorkloadName = "known" }, cancellationToken: end)).Workload.Id;
        var calls = new List<Task>();
        var (began, begun) = (TimeProvider.System.GetTimestamp(), 0);
        using var ticks = new PeriodicTimer(Tick);
        while (!end.IsCancellationRequested)
        {
            await ticks.WaitForNextTickAsync(CancellationToken.None);
            // After a tick that came late the next one makes up for it.
            for (var due = (int)(TimeProvider.System.GetElapsedTime(began).TotalSeconds * perSecond); begun < due; begun++)
                calls.Add(CallAsync(begun, known));
            calls.RemoveAll(call => call.IsCompleted);
        }

        await Task.WhenAll(calls);
    }

    private async Task CallAsync(int n, string known)
    {
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            // Mostly reads, as callers do; each hundredth is a submission, which the client makes with a request id.
            await ((n % 100) switch
            {
                0 => client.Workloads.SubmitWorkloadAsync(new SubmitWorkloadRequest { WorkloadName = $"rolled {n}" }).ResponseAsync,
                < 10 => client.Workloads.ListWorkloadsAsync(new ListWorkloadsRequest { PageSize = 20 }).ResponseAsync,
                < 20 => client.Grid.ListRegionalGridAsync(new ListRegionalGridRequest()).ResponseAsync,
                _ => (Task)client.Workloads.GetWorkloadAsync(new GetWorkloadRequest { Id = known }).ResponseAsync,
            });
            _took.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
        }
        catch (RpcException e)
        {
            _failures.Add($"{e.StatusCode}: {e.Status.Detail}");
        }
    }
}
