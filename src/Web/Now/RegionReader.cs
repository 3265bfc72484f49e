using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Ingestion.V1;
using Pylon.Web.Regions;
using Pylon.Web.Services;

namespace Pylon.Web.Now;

/// <summary>Reads all regions at a time, side by side.</summary>
internal static class RegionReader
{
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(6);

    public static DateTimeOffset HalfHourOf(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % HalfHour.Ticks), TimeSpan.Zero);

    public static async Task<IReadOnlyList<RegionAt>> ReadAsync(Clients clients, DateTimeOffset at, CallOptions options)
    {
        var start = HalfHourOf(at);
        var regions = Tile.Map.Select(tile => (tile.RegionId, tile.Name)).Concat(Tile.Countries);
        return await Task.WhenAll(regions.Select(async region =>
        {
            var points = (await clients.Grid.ListSignalsAsync(
                new ListSignalsRequest
                {
                    RegionId = region.RegionId,
                    StartTime = Timestamp.FromDateTimeOffset(start),
                    EndTime = Timestamp.FromDateTimeOffset(start + Ahead + HalfHour),
                    PageSize = 50,
                },
                options)).Points;
            return new RegionAt(region.RegionId, region.Name, PointAt(points, start), PointAt(points, start + Ahead));
        }));
    }

    private static GridPoint? PointAt(IEnumerable<GridPoint> points, DateTimeOffset start) =>
        points.FirstOrDefault(point => point.Window.StartTime.ToDateTimeOffset() == start);
}
