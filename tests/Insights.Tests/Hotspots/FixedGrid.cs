using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Ingestion.V1;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Hotspots;

/// <summary>An Ingestion with one region: the same intensity everywhere but where it is set.</summary>
internal sealed class FixedGrid(double level) : SeriesService.SeriesServiceBase, IAsyncDisposable
{
    private const int Region = 13;
    private readonly Dictionary<DateTimeOffset, double> _hours = [];
    private WebApplication? _app;

    /// <summary>What was published before, where it differs.</summary>
    public double? Forecast { get; set; }

    public bool IsSynthetic { get; set; }

    public string Address => _app!.Urls.First();

    public double this[DateTimeOffset hour]
    {
        set => _hours[hour] = value;
    }

    public static async Task<FixedGrid> StartAsync(double level = 100)
    {
        var grid = new FixedGrid(level);
        grid._app = await GrpcServer.StartAsync(endpoints => endpoints.MapGrpcService<FixedGrid>(), services => services.AddSingleton(grid));
        return grid;
    }

    public override Task<GetSeriesVersionResponse> GetSeriesVersion(GetSeriesVersionRequest request, ServerCallContext context) =>
        Task.FromResult(new GetSeriesVersionResponse { Version = "1" });

    public override Task<ReadSeriesResponse> ReadSeries(ReadSeriesRequest request, ServerCallContext context)
    {
        var (start, end) = (request.StartTime.ToDateTimeOffset(), request.EndTime.ToDateTimeOffset());
        var isForecast = request.AsKnownAt is not null;
        var answer = new ReadSeriesResponse { StartTime = request.StartTime, Step = Duration.FromTimeSpan(TimeSpan.FromMinutes(30)) };
        answer.Sources.Add(new SeriesSource());
        answer.Sources.Add(new SeriesSource { Source = "carbon-intensity", Actual = !isForecast, Synthetic = IsSynthetic });
        for (var at = start; at < end && request.RegionId == Region; at = at.AddMinutes(30))
        {
            answer.Values.Add(isForecast && Forecast is { } forecast ? forecast : _hours.GetValueOrDefault(at.AddMinutes(-at.Minute), level));
            answer.SourceIndexes.Add(1);
        }

        return Task.FromResult(answer);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }
}
