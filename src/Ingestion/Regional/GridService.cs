using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;
using Pylon.Ingestion.Zones;
using Field = Pylon.Rpc.Field;

namespace Pylon.Ingestion.Regional;

/// <summary>The gRPC face of the grid's state.</summary>
internal sealed class GridService(RegionalStore store, TimeProvider time) : V1.GridService.GridServiceBase
{
    private const int LastRegion = 17;
    private static readonly IReadOnlyList<int> AllRegions = [.. Enumerable.Range(1, LastRegion)];

    public override async Task<ListRegionalGridResponse> ListRegionalGrid(ListRegionalGridRequest request, ServerCallContext context)
    {
        for (var i = 0; i < request.RegionId.Count; i++)
            Field.Range(request.RegionId[i], $"region_id[{i}]", 1, LastRegion);
        var regions = request.RegionId.Count == 0 ? AllRegions : [.. request.RegionId.Distinct()];
        var states = await store.LatestAsync(time.GetUtcNow(), regions, context.CancellationToken);
        return new ListRegionalGridResponse { Regions = { states.Select(Message) } };
    }

    private static RegionalGrid Message(RegionalState state) => new()
    {
        RegionId = state.RegionId,
        RegionName = state.Name,
        DnoRegion = state.DnoRegion,
        Window = new Window { StartTime = state.Start.ToTimestamp(), EndTime = state.End.ToTimestamp() },
        CarbonIntensityGco2Kwh = state.IntensityGco2Kwh,
        CarbonIndex = state.Index,
        RenewableMixPercent = (double)GenerationMix.Renewable(state.Mix),
        GenerationMix = { state.Mix.Select(f => new FuelShare { Fuel = f.Fuel, Percent = (double)f.Percent }) },
        Source = state.Source,
        Synthetic = state.Source == SyntheticGrid.Source,
        GridZone = state.Zone is { } zone ? ZoneMessage.From(zone) : null,
        CapturedAt = state.CapturedAt.ToTimestamp(),
    };
}
