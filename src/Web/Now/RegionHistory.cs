using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Ingestion.V1;
using Pylon.Web.Charts;
using Pylon.Web.Regions;
using Pylon.Web.Services;

namespace Pylon.Web.Now;

/// <summary>What was, and what is forecast, for one region beside up to two others.</summary>
internal sealed record RegionHistory(IReadOnlyList<Line> Lines, IReadOnlyList<(DateTimeOffset At, double Lower, double Upper)> Band, bool HasSynthetic)
{
    private static readonly string[] OtherStyles = ["line-other", "line-third"];

    public static async Task<RegionHistory> ReadAsync(
        Clients clients, int regionId, IReadOnlyList<int> others, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, CallOptions options)
    {
        var compared = Task.WhenAll(others.Select(async (id, n) => new Line(Tile.NameOf(id)!, OtherStyles[n], Values(await ReadOneAsync(clients, id, from, to, now, options), _ => true))));
        var points = await ReadOneAsync(clients, regionId, from, to, now, options);
        var future = points.Where(point => point.AsKnownAt is not null).ToList();
        return new RegionHistory(
            [
                new Line("Actual", "line-actual", Values(points, point => point.AsKnownAt is null)),
                new Line("Published forecast", "line-published", Values(future, point => point.Model.Length == 0)),
                new Line("Pylon's forecast", "line-model", Values(future, point => point.Model.Length > 0)),
                .. await compared,
            ],
            [.. future.Where(point => point.Band80 is not null).Select(point => (point.Window.StartTime.ToDateTimeOffset(), point.Band80.Lower, point.Band80.Upper))],
            points.Any(point => point.Synthetic));
    }

    private static async Task<IReadOnlyList<GridPoint>> ReadOneAsync(Clients clients, int regionId, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, CallOptions options)
    {
        var past = clients.Grid.ListSignalsAsync(
            new ListSignalsRequest { RegionId = regionId, StartTime = Timestamp.FromDateTimeOffset(from), EndTime = Timestamp.FromDateTimeOffset(now), PageSize = 200 }, options).ResponseAsync;
        var future = clients.Grid.GetForecastAsync(new GetForecastRequest { RegionId = regionId, Hours = (int)Math.Ceiling((to - now).TotalHours) }, options).ResponseAsync;
        await Task.WhenAll(past, future);
        return [.. (await past).Points, .. (await future).Points];
    }

    private static List<(DateTimeOffset At, double Value)> Values(IEnumerable<GridPoint> points, Func<GridPoint, bool> which) =>
        [.. points.Where(which).Select(point => (point.Window.StartTime.ToDateTimeOffset(), point.Value)).OrderBy(point => point.Item1)];
}
