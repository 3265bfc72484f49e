using Grpc.Core;
using Pylon.Orchestrator.V1;

namespace Pylon.Rpc.Tests;

/// <summary>Does what the test says, once per kind of call that the contract has.</summary>
internal sealed class FakeWorkloads : WorkloadService.WorkloadServiceBase
{
    public Func<GetWorkloadRequest, ServerCallContext, Task<GetWorkloadResponse>> Get { get; set; } =
        (request, _) => Task.FromResult(new GetWorkloadResponse { Workload = new Workload { Id = request.Id } });

    public Func<IServerStreamWriter<WatchWorkloadResponse>, ServerCallContext, Task> Watch { get; set; } = (_, _) => Task.CompletedTask;

    public override Task<GetWorkloadResponse> GetWorkload(GetWorkloadRequest request, ServerCallContext context) => Get(request, context);

    public override Task WatchWorkload(WatchWorkloadRequest request, IServerStreamWriter<WatchWorkloadResponse> responseStream, ServerCallContext context) =>
        Watch(responseStream, context);
}
