using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Tests;

/// <summary>As much of Pylon's REST face and broadcast as workers see. It can go and come back on its port.</summary>
internal sealed class FakePylon : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly List<JObject> events = [];
    private readonly Dictionary<string, HashSet<string>> complete = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? app;
    private int port;

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    /// <summary>Workloads that are scheduled.</summary>
    public ConcurrentDictionary<string, bool> Scheduled { get; } = new();

    /// <summary>What was reported, in its order: phase/part/status, and the id.</summary>
    public ConcurrentQueue<(string What, Guid Id)> Reports { get; } = new();

    /// <summary>The positions that subscribers came back with.</summary>
    public ConcurrentQueue<string> CameBackWith { get; } = new();

    public int PartsOfABatch { get; set; } = 2;

    public async Task Up()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, port));
        app = builder.Build();
        app.MapGet("/api/v1/workloads/{id}", (string id) => Scheduled.TryGetValue(id, out var scheduled)
            ? Json.Result(new JObject { ["workload"] = new JObject { ["status"] = scheduled ? "WORKLOAD_STATUS_SCHEDULED" : "WORKLOAD_STATUS_CANCELLED" } })
            : Results.NotFound());
        app.MapGet("/api/v1/batches/{id}", (string id) => Json.Result(new JObject { ["batch"] = Batch(id) }));
        app.MapPost("/api/v1/batches/{id}:report", Report);
        app.MapGet("/beckn/broadcast/poll", Poll);
        app.MapGet("/beckn/broadcast", Broadcast);
        await app.StartAsync();
        port = new Uri(app.Urls.Single()).Port;
    }

    public async Task Down()
    {
        if (app is null)
            return;
        // Whoever is subscribed is cut off.
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
        app = null;
    }

    /// <summary>Says that a workload goes through these phases.</summary>
    public string Define(params string[] phases) => Define(Guid.NewGuid().ToString(), phases);

    public string Define(string batchId, string[] phases, bool isWorkload = true)
    {
        if (isWorkload)
            Scheduled[batchId] = true;
        lock (gate)
        {
            events.Add(new JObject { ["batch_id"] = batchId, ["pipeline"] = "p", ["final_pipeline"] = new JArray(phases), ["correlation_id"] = "c" });
            var before = changed;
            changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            before.SetResult();
        }

        return batchId;
    }

    public ValueTask DisposeAsync() => new(Down());

    private JObject Batch(string id)
    {
        lock (gate)
        {
            return new JObject
            {
                ["total_entities"] = PartsOfABatch.ToString(CultureInfo.InvariantCulture),
                ["phases"] = new JArray(complete.GetValueOrDefault(id, []).Select(p => new JObject { ["phase"] = p, ["state"] = "PHASE_STATE_COMPLETE" })),
            };
        }
    }

    private async Task<IResult> Report(string id, HttpContext http)
    {
        var body = await Json.ReadObject(http);
        var (phase, part) = (body["phase"]!.Value<string>()!, body["entity_id"]!.Value<string>());
        var status = body["status"]!.Value<string>()!["PHASE_STATUS_".Length..];
        var eventId = Guid.Parse(body["event_id"]!.Value<string>()!);
        lock (gate)
        {
            var known = Reports.Any(r => r.Id == eventId);
            Reports.Enqueue(($"{phase}/{part}/{status}", eventId));
            if (Reports.Where(r => r.What.StartsWith(phase + "/part", StringComparison.Ordinal) && r.What.EndsWith("SUCCESS", StringComparison.Ordinal)).Distinct().Count() >= PartsOfABatch)
                (complete.TryGetValue(id, out var of) ? of : complete[id] = []).Add(phase);
            return Json.Result(new JObject { ["changed"] = !known });
        }
    }

    private IResult Poll(string after)
    {
        lock (gate)
        {
            var from = after.Length == 0 ? 0 : int.Parse(after, CultureInfo.InvariantCulture);
            return Json.Result(new JObject
            {
                ["events"] = new JArray(events.Skip(from).Select(e => new JObject { ["event"] = new JObject { ["batch_pipeline_defined"] = e } })),
                ["position"] = events.Count.ToString(CultureInfo.InvariantCulture),
            });
        }
    }

    private async Task Broadcast(HttpContext http)
    {
        var last = http.Request.Headers["Last-Event-ID"].ToString();
        CameBackWith.Enqueue(last);
        var at = int.Parse(last, CultureInfo.InvariantCulture);
        http.Response.ContentType = "text/event-stream";
        await http.Response.WriteAsync($"id: {at}\n\n");
        while (true)
        {
            List<JObject> next;
            Task more;
            lock (gate)
                (next, more) = ([.. events.Skip(at)], changed.Task);
            foreach (var each in next)
                await http.Response.WriteAsync($"id: {++at}\nevent: pylon.batch.pipeline_defined.v1\ndata: {Json.Write(new JObject { ["data"] = each })}\n\n");
            await http.Response.Body.FlushAsync();
            await more.WaitAsync(http.RequestAborted);
        }
    }
}
