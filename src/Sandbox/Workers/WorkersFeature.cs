using Pylon.Sandbox.Faults;

namespace Pylon.Sandbox.Workers;

/// <summary>The workers, when there is a Pylon to work for, and what steers them.</summary>
internal static class WorkersFeature
{
    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(15);

    public static void AddWorkers(this IServiceCollection services, IConfiguration settings)
    {
        var options = WorkerOptions.Read(settings);
        services.AddSingleton(new Crew(options));
        if (options.Pylon is null)
            return;
        services.AddSingleton(s => new PylonFace(
            // The timeout does not bound the broadcast, whose headers come at once.
            new HttpClient(new SocketsHttpHandler { UseProxy = !options.Pylon.IsLoopback }) { BaseAddress = options.Pylon, Timeout = CallTimeout },
            s.GetRequiredService<TimeProvider>()));
        services.AddHostedService<BatchFeed>();
        services.AddHostedService<PhaseWorkers>();
    }

    public static void MapWorkers(this WebApplication app)
    {
        const string path = "/admin/workers";
        var crew = app.Services.GetRequiredService<Crew>();
        app.MapGet(path, (string? batch_id) => Json.Result(crew.ToJson(batch_id)));
        app.MapPut(path, async (HttpContext http) =>
        {
            crew.Steer(await Json.ReadObject(http));
            return Json.Result(crew.ToJson(batchId: ""));
        });
        app.MapDelete(path, () =>
        {
            crew.Reset();
            return Results.NoContent();
        });
        app.MapFaults(path + "/faults", crew.Faults, WorkerFaults.All, WorkerFaults.Phases, DefaultDelay);
    }
}
