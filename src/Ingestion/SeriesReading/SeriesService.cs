using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Ingestion.Grid;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;
using Pylon.Ingestion.V1;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;
using GridService = Pylon.Ingestion.Grid.GridService;

namespace Pylon.Ingestion.SeriesReading;

/// <summary>The gRPC service for whole series.</summary>
internal sealed class SeriesService(SeriesReader series, SeriesVersionStore versions, TimeProvider time) : V1.SeriesService.SeriesServiceBase
{
    private static readonly TimeSpan LongestSpan = TimeSpan.FromDays(1827);

    public override async Task<ReadSeriesResponse> ReadSeries(ReadSeriesRequest request, ServerCallContext context)
    {
        var definition = GridService.Definition(request.Series);
        var region = GridService.Region(definition, request.HasRegionId ? request.RegionId : null);
        var fill = Field.Known(request.Fill, "fill");
        var now = time.GetUtcNow();
        var given = GridService.Moment(request.StartTime, "start_time");
        var end = GridService.Moment(request.EndTime, "end_time") ?? now;
        var known = GridService.Moment(request.AsKnownAt, "as_known_at") ?? now;
        var start = HalfHour.Containing(given ?? end.AddDays(-1));
        if (start >= end || end - start > LongestSpan)
            throw Refusal.InvalidArgument("end_time", $"must be later than start_time and by at most {LongestSpan.TotalDays:0} days").AsException();
        var count = (int)Math.Ceiling((end - start) / HalfHour.Length);
        // Before the values, so that a change between the two makes the answer look older than it is.
        var version = await versions.ReadAsync(definition, region is not null, context.CancellationToken);
        var points = await series.ReadAsync(definition, region, start, end, known, forecastOnly: false, count, context.CancellationToken);
        var response = PackedSeries.Of(points, start, count, fill);
        (response.Version, response.AsKnownAt) = (version, known.ToTimestamp());
        return response;
    }

    public override async Task<GetSeriesVersionResponse> GetSeriesVersion(GetSeriesVersionRequest request, ServerCallContext context)
    {
        var definition = GridService.Definition(request.Series);
        var region = GridService.Region(definition, request.HasRegionId ? request.RegionId : null);
        return new GetSeriesVersionResponse { Version = await versions.ReadAsync(definition, region is not null, context.CancellationToken) };
    }
}
