using System.Buffers.Binary;
using Google.Protobuf;
using Pylon.Bench.Door;
using Pylon.Bench.Harness;
using Pylon.Orchestrator.V1;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// GetWorkload of a real Orchestrator with PostgreSQL as native gRPC: through the Gateway, through nginx, and direct. The
/// CPU time is that of the door alone.
/// </summary>
internal sealed class GrpcProxyScenario() : Scenario("grpc-proxy", "native gRPC through the Gateway against nginx grpc_pass and against no door")
{
    private const int Connections = 4;
    private const string Path = "/pylon.orchestrator.v1.WorkloadService/GetWorkload";

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        using var stack = await DoorStack.StartAsync(run, cancellationToken);
        await using var nginx = await NginxDoor.StartAsync(stack.Orchestrator.GrpcPort!.Value, cancellationToken);
        var calls = new HttpCalls([Path], LeastBytes: 1000)
        {
            Headers = ["content-type: application/grpc", "te: trailers"],
            Body = Frame(new GetWorkloadRequest { Id = stack.Ids[0].ToString() }),
        };
        int[] ports = [stack.Gateway.GrpcPort!.Value, nginx.Port, stack.Orchestrator.GrpcPort!.Value];
        await DoorStack.WarmAsync([.. ports.Select(port => (Func<TimeSpan, Task<Work>>)(duration => new HttpLoad(true, Connections, 16).RunAsync(calls, port, duration, cancellationToken)))]);
        foreach (var streams in (int[])[16, 64])
        {
            var load = new HttpLoad(true, Connections, streams / Connections);
            await run.CompareAsync(
                $"GetWorkload, {streams} streams on {Connections} connections; CPU of the door alone",
                "calls",
                [
                    stack.Contender("nginx grpc_pass", nginx.Pid, token => load.RunAsync(calls, nginx.Port, HttpLoad.Round, token)) with { IsPeer = true },
                    stack.Contender("Gateway", stack.Gateway.Pid, token => load.RunAsync(calls, ports[0], HttpLoad.Round, token)) with { Bar = Bar.Rate(1).And(Bar.CpuAtMost(120)) },
                    stack.Contender("direct", null, token => load.RunAsync(calls, ports[2], HttpLoad.Round, token)),
                ],
                cancellationToken);
        }
    }

    // A gRPC message: not compressed, its length, its bytes.
    private static byte[] Frame(IMessage message)
    {
        var frame = new byte[5 + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - 5);
        message.WriteTo(frame.AsSpan(5));
        return frame;
    }
}
