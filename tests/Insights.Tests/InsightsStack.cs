using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Pylon.Testing;

namespace Pylon.Insights.Tests;

/// <summary>The whole service in this process, on a database and a Redis of its own.</summary>
internal sealed class InsightsStack : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly bool _ownsDatabase;

    private InsightsStack(InsightsDatabase database, bool ownsDatabase, WebApplication app)
    {
        _ownsDatabase = ownsDatabase;
        Database = database;
        _app = app;
        Channel = GrpcChannel.ForAddress("http://insights", new GrpcChannelOptions { HttpHandler = app.GetTestServer().CreateHandler() });
    }

    public InsightsDatabase Database { get; }

    public GrpcChannel Channel { get; }

    public IServiceProvider Services => _app.Services;

    /// <param name="configure">Brings parts of the test's own.</param>
    /// <param name="settings">For example <c>--Hotspots:CheckInterval=00:00:01</c>.</param>
    public static async Task<InsightsStack> StartAsync(Action<WebApplicationBuilder>? configure = null, params string[] settings) =>
        await StartAsync(await InsightsDatabase.CreateAsync(), ownsDatabase: true, configure, settings);

    /// <summary>One more Insights on the database of another stack, which is there longer.</summary>
    public static Task<InsightsStack> StartOnAsync(InsightsDatabase database, params string[] settings) => StartAsync(database, ownsDatabase: false, null, settings);

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownsDatabase)
            await Database.DisposeAsync();
    }

    private static async Task<InsightsStack> StartAsync(InsightsDatabase database, bool ownsDatabase, Action<WebApplicationBuilder>? configure, string[] settings)
    {
        var redis = await TestRedis.CreateAsync();
        string[] args = [$"--PYLON_POSTGRES={database.Database.Uri}", $"--PYLON_REDIS={redis.ConnectionString}", "--PYLON_INGESTION=http://127.0.0.1:1", "--PYLON_ORCHESTRATOR=http://127.0.0.1:1", .. settings];
        var app = Program.Build(args, builder =>
        {
            builder.WebHost.UseTestServer();
            CallerByHeader.Add(builder.Services);
            configure?.Invoke(builder);
        });
        await app.StartAsync();
        return new InsightsStack(database, ownsDatabase, app);
    }
}
