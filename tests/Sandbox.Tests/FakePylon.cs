using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Tests;

/// <summary>The part of Pylon's REST API and broadcast that workers use. It can stop and start again on its port.</summary>
internal sealed class FakePylon : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<JObject> _events = [];
    private readonly Dictionary<string, HashSet<string>> _complete = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _app;
    private int _port;

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}");

    /// <summary>Workloads that are scheduled.</summary>
    public ConcurrentDictionary<string, bool> Scheduled { get; } = new();

    /// <summary>The reports in order of arrival: phase/part/status, and the event id.</summary>
    public ConcurrentQueue<(string What, Guid Id)> Reports { get; } = new();

    /// <summary>The work of the reports, in order of arrival.</summary>
    public ConcurrentQueue<(double? Kwh, DateTime? Start, DateTime? End)> Work { get; } = new();

    /// <summary>The positions that subscribers reconnected with.</summary>
    public ConcurrentQueue<string> ReconnectedWith { get; } = new();

    public int PartsOfABatch { get; set; } = 2;

    /// <summary>Called with the id of the batch before a report is answered.</summary>
    public Action<string>? OnReport { get; set; }

    public async Task UpAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, _port));
        _app = builder.Build();
        _app.MapGet("/api/v1/workloads/{id}", (string id) => Scheduled.TryGetValue(id, out var scheduled)
            ? Json.Result(new JObject { ["workload"] = new JObject { ["status"] = scheduled ? "WORKLOAD_STATUS_SCHEDULED" : "WORKLOAD_STATUS_CANCELLED" } })
            : Results.NotFound());
        _app.MapGet("/api/v1/batches/{id}", (string id) => Json.Result(new JObject { ["batch"] = Batch(id) }));
        _app.MapPost("/api/v1/batches/{id}:report", ReportAsync);
        _app.MapGet("/beckn/broadcast/poll", Poll);
        _app.MapGet("/beckn/broadcast", BroadcastAsync);
        await _app.StartAsync();
        _port = new Uri(_app.Urls.Single()).Port;
    }

    public async Task DownAsync()
    {
        if (_app is null)
            return;
        // Open subscriptions are cut off.
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>Publishes that a workload goes through these phases.</summary>
    public string Define(params string[] phases) => Define(Guid.NewGuid().ToString(), phases);

    public string Define(string batchId, string[] phases, bool isWorkload = true)
    {
        if (isWorkload)
            Scheduled[batchId] = true;
        lock (_gate)
        {
            _events.Add(new JObject { ["batch_id"] = batchId, ["pipeline"] = "p", ["final_pipeline"] = new JArray(phases), ["correlation_id"] = "c" });
            var before = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            before.SetResult();
        }

        return batchId;
    }

    public ValueTask DisposeAsync() => new(DownAsync());

    private JObject Batch(string id)
    {
        lock (_gate)
        {
            return new JObject
            {
                ["total_entities"] = PartsOfABatch.ToString(CultureInfo.InvariantCulture),
                ["phases"] = new JArray(_complete.GetValueOrDefault(id, []).Select(p => new JObject { ["phase"] = p, ["state"] = "PHASE_STATE_COMPLETE" })),
            };
        }
    }

    private async Task<IResult> ReportAsync(string id, HttpContext http)
    {
        var body = await Json.ReadObjectAsync(http);
        var (phase, part) = (body["phase"]!.Value<string>()!, body["entity_id"]!.Value<string>());
        var status = body["status"]!.Value<string>()!["PHASE_STATUS_".Length..];
        var eventId = Guid.Parse(body["event_id"]!.Value<string>()!);
        OnReport?.Invoke(id);
        lock (_gate)
        {
            var known = Reports.Any(r => r.Id == eventId);
            Reports.Enqueue(($"{phase}/{part}/{status}", eventId));
            Work.Enqueue((body["energy_kwh"]?.Value<double?>(), body["started_at"]?.Value<DateTime?>(), body["ended_at"]?.Value<DateTime?>()));
            if (Reports.Where(r => r.What.StartsWith(phase + "/part", StringComparison.Ordinal) && r.What.EndsWith("SUCCESS", StringComparison.Ordinal)).Distinct().Count() >= PartsOfABatch)
                (_complete.TryGetValue(id, out var of) ? of : _complete[id] = []).Add(phase);
            return Json.Result(new JObject { ["changed"] = !known });
        }
    }

    private IResult Poll(string after)
    {
        lock (_gate)
        {
            var from = after.Length == 0 ? 0 : int.Parse(after, CultureInfo.InvariantCulture);
            return Json.Result(new JObject
            {
                ["events"] = new JArray(_events.Skip(from).Select(e => new JObject { ["event"] = new JObject { ["batch_pipeline_defined"] = e } })),
                ["position"] = _events.Count.ToString(CultureInfo.InvariantCulture),
            });
        }
    }

    private async Task BroadcastAsync(HttpContext http)
    {
        var last = http.Request.Headers["Last-Event-ID"].ToString();
        ReconnectedWith.Enqueue(last);
        var at = int.Parse(last, CultureInfo.InvariantCulture);
        http.Response.ContentType = "text/event-stream";
        await http.Response.WriteAsync($"id: {at}\n\n");
        while (true)
        {
            List<JObject> next;
            Task more;
            lock (_gate)
                (next, more) = ([.. _events.Skip(at)], _changed.Task);
            foreach (var each in next)
                await http.Response.WriteAsync($"id: {++at}\nevent: pylon.batch.pipeline_defined.v1\ndata: {Json.Write(new JObject { ["data"] = each })}\n\n");
            await http.Response.Body.FlushAsync();
            await more.WaitAsync(http.RequestAborted);
        }
    }
}
