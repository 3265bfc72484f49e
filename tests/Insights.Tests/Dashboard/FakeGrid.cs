using System.Net;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;

namespace Pylon.Insights.Tests.Dashboard;

/// <summary>As much of Ingestion as the dashboard asks for: one intensity until today and one from today on.</summary>
internal sealed class FakeGrid : IAsyncDisposable
{
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);
    private readonly WebApplication _app;

    private FakeGrid(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    /// <summary>gCO2/kWh.</summary>
    public double Past { get; set; } = 200;

    /// <summary>gCO2/kWh.</summary>
    public double Next { get; set; } = 50;

    public List<int> Regions { get; } = [];

    public static async Task<FakeGrid> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        FakeGrid fake = null!;
        builder.Services.AddSingleton(_ => fake);
        var app = builder.Build();
        app.MapGrpcService<Series>();
        app.MapGrpcService<Grid>();
        fake = new FakeGrid(app);
        await app.StartAsync();
        return fake;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed class Series(FakeGrid fake) : SeriesService.SeriesServiceBase
    {
        public override Task<ReadSeriesResponse> ReadSeries(ReadSeriesRequest request, ServerCallContext context)
        {
            lock (fake.Regions)
                fake.Regions.Add(request.RegionId);
            var halfHours = (int)((request.EndTime.ToDateTimeOffset() - request.StartTime.ToDateTimeOffset()) / HalfHour);
            return Task.FromResult(new ReadSeriesResponse
            {
                StartTime = request.StartTime,
                Step = HalfHour.ToDuration(),
                Values = { Enumerable.Repeat(fake.Past, halfHours) },
                Sources = { new SeriesSource(), new SeriesSource { Source = "carbon-intensity", Actual = true } },
            });
        }
    }

    private sealed class Grid(FakeGrid fake) : GridService.GridServiceBase
    {
        public override Task<GetForecastResponse> GetForecast(GetForecastRequest request, ServerCallContext context) =>
            Task.FromResult(new GetForecastResponse
            {
                Points =
                {
                    Enumerable.Range(0, request.Hours * 2).Select(n => new GridPoint
                    {
                        Window = new Window { StartTime = (request.StartTime.ToDateTimeOffset() + (n * HalfHour)).ToTimestamp() },
                        Value = fake.Next,
                    }),
                },
            });
    }
}
