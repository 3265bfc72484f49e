using System.Text;
using Pylon.Bench.Door;
using Pylon.Bench.Harness;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// The REST API of workloads on a real Orchestrator with PostgreSQL: through the Gateway and through grpc-gateway. The CPU
/// time is that of the door alone.
/// </summary>
internal sealed class RestScenario() : Scenario("rest", "REST through the Gateway against grpc-gateway")
{
    private const string Path = "/api/v1/workloads";
    private const int Few = 16;

    private static readonly byte[] New = Encoding.UTF8.GetBytes(
        """
        {"workload_name": "training", "workload_type": "TRAINING_RUN", "urgency": "URGENCY_MEDIUM", "required_gpu_mins": 60, "carbon_cap_gco2": 150,
         "max_price_gbp": 12.5, "deadline": "2036-03-04T10:00:00Z", "user_email": "ada@example.org"}
        """);

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        using var stack = await DoorStack.StartAsync(run, cancellationToken);
        await using var peer = await GrpcGatewayDoor.StartAsync(run, stack.Orchestrator.GrpcPort!.Value, cancellationToken);
        var get = new HttpCalls([.. stack.Ids.Select(id => $"{Path}/{id}")], LeastBytes: 1000);
        var list = new HttpCalls([Path + "?page_size=20&status=WORKLOAD_STATUS_PENDING_USER_CHOICE"], LeastBytes: 20_000);
        var post = new HttpCalls([Path], LeastBytes: 200) { Headers = ["content-type: application/json"], Body = New };
        (string What, HttpCalls Calls, int Connections)[] all = [("GET by id", get, Few), ("GET by id", get, 64), ("list of 20", list, Few), ("POST", post, Few)];
        await DoorStack.WarmAsync(
        [
            .. from port in (int[])[stack.Gateway.HttpPort, peer.Port]
               from calls in (HttpCalls[])[get, list, post]
               select (Func<TimeSpan, Task<Work>>)(duration => new HttpLoad(false, Few, 1).RunAsync(calls, port, duration, cancellationToken)),
        ]);
        foreach (var (what, calls, connections) in all)
        {
            var load = new HttpLoad(false, connections, 1);
            await run.CompareAsync(
                $"{what}, {connections} connections; CPU of the door alone",
                "requests",
                [
                    stack.Contender("grpc-gateway", peer.Pid, token => load.RunAsync(calls, peer.Port, HttpLoad.Round, token)) with { IsPeer = true },
                    stack.Contender("Gateway", stack.Gateway.Pid, token => load.RunAsync(calls, stack.Gateway.HttpPort, HttpLoad.Round, token))
                        with { Bar = Bar.Rate(2).And(Bar.Cpu(0.5)).And(Bar.Of("p99 ms", 1)) },
                ],
                cancellationToken);
        }
    }
}
