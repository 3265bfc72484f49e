using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pylon.Ingestion.V1;
using Pylon.Insights.Tests.Intensity;

namespace Pylon.Insights.Tests.Predictions;

/// <summary><see cref="FakeIngestion"/> as a server on a free port.</summary>
internal sealed class IngestionServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private IngestionServer(WebApplication app) => _app = app;

    public string Setting => $"--PYLON_INGESTION={_app.Urls.Single()}";

    public static async Task<IngestionServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        var app = builder.Build();
        app.MapGrpcService<Series>();
        await app.StartAsync();
        return new IngestionServer(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed class Series : SeriesService.SeriesServiceBase
    {
        public override async Task<ReadSeriesResponse> ReadSeries(ReadSeriesRequest request, ServerCallContext context) =>
            await new FakeIngestion().ReadSeriesAsync(request);
    }
}
