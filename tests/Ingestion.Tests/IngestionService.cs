using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests;

/// <summary>The whole service in this process, on a database of its own, with a clock that a test moves.</summary>
internal sealed class IngestionService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private IngestionService(WebApplication app, TestDatabase database, FakeTime time)
    {
        _app = app;
        Time = time;
        Database = database;
        Http = app.GetTestClient();
        _channel = GrpcChannel.ForAddress("http://ingestion", new GrpcChannelOptions { HttpHandler = app.GetTestServer().CreateHandler() });
        Grid = new V1.GridService.GridServiceClient(_channel);
        Market = new V1.MarketService.MarketServiceClient(_channel);
        Runs = new V1.PipelineRunService.PipelineRunServiceClient(_channel);
        Series = new V1.SeriesService.SeriesServiceClient(_channel);
    }

    public FakeTime Time { get; }

    public TestDatabase Database { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public V1.GridService.GridServiceClient Grid { get; }

    public V1.MarketService.MarketServiceClient Market { get; }

    public V1.PipelineRunService.PipelineRunServiceClient Runs { get; }

    public V1.SeriesService.SeriesServiceClient Series { get; }

    public static async Task<IngestionService> StartAsync(params string[] settings)
    {
        var database = await TestDatabase.CreateAsync();
        var redis = await TestRedis.CreateAsync();
        var time = new FakeTime(new DateTimeOffset(2026, 3, 4, 10, 17, 0, TimeSpan.Zero));
        string[] all = [$"--PYLON_POSTGRES={database.Uri}", $"--PYLON_REDIS={redis.ConnectionString}", "--Sources:Scheduled=false", "--Forecasts:Measured=false", .. settings];
        var app = Program.Build(all, builder =>
        {
            builder.WebHost.UseTestServer();
            builder.Services.AddSingleton<TimeProvider>(time);
        });
        await app.StartAsync();
        var service = new IngestionService(app, database, time);
        await Eventually.True(async () => (await service.Http.GetAsync("/health")).IsSuccessStatusCode, because: "the worker fills the grid");
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Database.DisposeAsync();
    }
}
