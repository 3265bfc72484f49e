using Pylon.Sandbox.Faults;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Workers;

/// <summary>Registers the workers when PYLON_URL is set, and maps their admin endpoints.</summary>
internal static class WorkersFeature
{
    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(2);
    // Longer than a question for work waits.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(20);

    public static void AddWorkers(this IServiceCollection services, IConfiguration settings)
    {
        var options = WorkerOptions.Read(settings);
        services.AddSingleton(new WorkerPool(options));
        if (options.Pylon is null)
            return;
        services.AddSingleton(s => new PylonClient(
            Client(options.Pylon, settings["PYLON_API_KEY"]),
            s.GetRequiredService<TimeProvider>()));
        services.AddHostedService<PhaseWorkers>();
    }

    // The key of a caller with the scope pipeline:write, where Pylon asks for one.
    private static HttpClient Client(Uri pylon, string? key)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = !pylon.IsLoopback }) { BaseAddress = pylon, Timeout = CallTimeout };
        if (!string.IsNullOrEmpty(key))
            client.DefaultRequestHeaders.Add("x-api-key", key);
        return client;
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
