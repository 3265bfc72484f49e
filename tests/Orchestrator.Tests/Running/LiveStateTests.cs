using Grpc.Core;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Tests.Running;

public sealed class LiveStateTests
{
    [Fact]
    public async Task LiveStateHasAllObjectsAndTheirLinks()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var chosen = await stack.ChooseAsync((await stack.OfferedAsync()).Id, 2);

        var state = await stack.Registry.GetLiveStateAsync(new GetLiveStateRequest());

        Assert.Equal((123, 14, 1), (state.NationalGrid.CarbonIntensity.Value, state.Regions.Count, state.Catalog.Count));
        var workload = Assert.Single(state.Workloads);
        var links = state.Links.Select(l => (l.Type, l.FromKind, l.FromId, l.ToKind, l.ToId)).ToList();
        Assert.Equal(15, links.Count(l => l is (LinkType.LocatedIn, ObjectKind.GridZone, _, ObjectKind.Region, _)));
        Assert.Contains((LinkType.LocatedIn, ObjectKind.ComputeWindow, "w1", ObjectKind.GridZone, state.Catalog[0].GridZone.Id), links);
        Assert.Contains((LinkType.ScheduledIn, ObjectKind.Workload, workload.Id, ObjectKind.GridZone, chosen.Recommendations[1].GridZoneId), links);
        Assert.Equal(2, links.Count(l => l.Type == LinkType.RecommendedIn));
    }

    [Fact]
    public async Task LiveStateIsUnavailableWithoutIngestionAndRefusesAWrongLimit()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        stack.Ingestion.Down = true;

        var down = await Assert.ThrowsAsync<RpcException>(async () => await stack.Registry.GetLiveStateAsync(new GetLiveStateRequest()));
        var wrong = await Assert.ThrowsAsync<RpcException>(async () => await stack.Registry.GetLiveStateAsync(new GetLiveStateRequest { MaxWorkloads = 10_001 }));

        Assert.Equal((StatusCode.Unavailable, StatusCode.InvalidArgument), (down.StatusCode, wrong.StatusCode));
        Assert.StartsWith("max_workloads ", wrong.Status.Detail, StringComparison.Ordinal);
    }
}
