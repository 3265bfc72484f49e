using Google.Protobuf.WellKnownTypes;
using Pylon.Events.V1;
using Pylon.LocalStack.Services;
using Pylon.Messaging;

namespace Pylon.Bench.Scenarios;

/// <summary>The broadcast of a Gateway; events go into Redis as a relay of an outbox writes them.</summary>
internal sealed class SseGateway(ServiceProcess gateway, IEventStream events, string name = "Gateway") : ISseServer
{
    public string Name => name;

    public int Port => gateway.HttpPort;

    public string Path => "/beckn/broadcast";

    public int Pid => gateway.Pid;

    public Task PublishAsync(long number, CancellationToken cancellationToken) => events.PublishAsync(
        "workloads",
        [
            new Event
            {
                Id = Guid.NewGuid().ToString(),
                Source = SseMark.Source,
                Type = SseMark.Type,
                Subject = SseMark.Workload,
                Time = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow()),
                WorkloadQueued = new WorkloadQueued { WorkloadId = SseMark.Workload, WorkloadName = SseMark.Of(number) },
            },
        ],
        cancellationToken);

    public async ValueTask DisposeAsync() => await gateway.DisposeAsync();
}
