using Pylon.Sandbox.Faults;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Workers;

/// <summary>Registers the workers when PYLON_URL is set, and maps their admin endpoints.</summary>
internal static class WorkersFeature
{
    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(20);

    public static void AddWorkers(this IServiceCollection services, IConfiguration settings)
    {
        var options = WorkerOptions.Read(settings);
        services.AddSingleton(new WorkerPool(options));
        if (options.Pylon is null)
            return;
        services.AddSingleton(s => new PylonClient(
            // Longer than a question for work waits.
            new HttpClient(new SocketsHttpHandler { UseProxy = !options.Pylon.IsLoopback }) { BaseAddress = options.Pylon, Timeout = CallTimeout },
            s.GetRequiredService<TimeProvider>()));
        services.AddHostedService<PhaseWorkers>();
    }

    public static void MapWorkers(this WebApplication app)
    {
        const string path = "/admin/workers";
        var pool = app.Services.GetRequiredService<WorkerPool>();
        app.MapGet(path, (string? batch_id) => Json.Result(pool.Describe(batch_id)));
        app.MapPut(path, async (HttpContext http) =>
        {
            pool.Configure(await Json.ReadObjectAsync(http));
            return Json.Result(pool.Describe(batchId: ""));
        });
        app.MapClear(path, pool.Reset);
        app.MapFaults(path + "/faults", pool.Faults, WorkerFaults.All, WorkerFaults.Phases, DefaultDelay);
    }
}
