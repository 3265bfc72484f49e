using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Pylon.Ingestion.V1;
using Pylon.Insights.Tests.Intensity;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Predictions;

/// <summary><see cref="FakeIngestion"/> as a server on a free port.</summary>
internal sealed class IngestionServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private IngestionServer(WebApplication app) => _app = app;

    public string Setting => $"--PYLON_INGESTION={_app.Urls.Single()}";

    public static async Task<IngestionServer> StartAsync() => new(await GrpcServer.StartAsync(map => map.MapGrpcService<Series>()));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed class Series : SeriesService.SeriesServiceBase
    {
        public override async Task<ReadSeriesResponse> ReadSeries(ReadSeriesRequest request, ServerCallContext context) =>
            await new FakeIngestion().ReadSeriesAsync(request);
    }
}
