using Grpc.Core;
using Pylon.Orchestrator.Tests.Running;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Tests.Registry;

/// <summary>One Orchestrator for the tests of a class, each of which brings objects of its own.</summary>
public sealed class RegistryStack : IAsyncLifetime
{
    internal OrchestratorStack Stack { get; private set; } = null!;

    internal V1.RegistryService.RegistryServiceClient Client => Stack.Registry;

    public async Task InitializeAsync() => Stack = await OrchestratorStack.StartAsync();

    public async Task DisposeAsync() => await Stack.DisposeAsync();

    internal async Task<Operator> OperatorAsync() => (await Client.CreateOperatorAsync(new CreateOperatorRequest
    {
        Operator = new Operator { Name = $"operator {Guid.NewGuid()}", OperatorType = OperatorType.Enterprise },
    })).Operator;

    internal async Task<DataCentre> DataCentreAsync(Action<DataCentre>? with = null)
    {
        var one = new DataCentre { DcId = $"DC-{Guid.NewGuid()}", Name = "a data centre" };
        with?.Invoke(one);
        return (await Client.CreateDataCentreAsync(new CreateDataCentreRequest { DataCentre = one })).DataCentre;
    }

    internal static async Task<(StatusCode Code, string Detail)> RefusedAsync<T>(AsyncUnaryCall<T> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call);
        return (refused.StatusCode, refused.Status.Detail);
    }
}
