using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;
using Pylon.Testing;

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
        FakeGrid fake = null!;
        var app = await GrpcServer.StartAsync(Map, services => services.AddSingleton(_ => fake));
        return fake = new FakeGrid(app);

        static void Map(IEndpointRouteBuilder endpoints)
        {
            endpoints.MapGrpcService<Series>();
            endpoints.MapGrpcService<Grid>();
        }
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
