using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Ingestion.V1;
using Pylon.Web.Regions;
using Pylon.Web.Services;

namespace Pylon.Web.Now;

/// <summary>Reads all regions at a time with one call.</summary>
internal static class RegionReader
{
    private const int AheadHours = 6;
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    public static DateTimeOffset HalfHourOf(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % HalfHour.Ticks), TimeSpan.Zero);

    public static async Task<IReadOnlyList<RegionAt>> ReadAsync(Clients clients, DateTimeOffset at, CallOptions options)
    {
        var start = HalfHourOf(at);
        var answer = await clients.Grid.ListRegionalSignalsAsync(new ListRegionalSignalsRequest { Time = Timestamp.FromDateTimeOffset(start), Hours = { 0, AheadHours } }, options);
        var points = answer.Regions.ToDictionary(region => region.RegionId, region => region.Points);
        return [.. Tile.Map.Select(tile => (tile.RegionId, tile.Name)).Concat(Tile.Countries).Select(region =>
        {
            var known = points.GetValueOrDefault(region.RegionId) ?? [];
            return new RegionAt(region.RegionId, region.Name, PointAt(known, start), PointAt(known, start.AddHours(AheadHours)));
        })];
    }

    private static GridPoint? PointAt(IEnumerable<GridPoint> points, DateTimeOffset start) =>
        points.FirstOrDefault(point => point.Window.StartTime.ToDateTimeOffset() == start);
}
