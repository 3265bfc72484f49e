using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Tests;

/// <summary>As much of the Conductor's REST API as workers use: one phase of a batch after the other. It can stop and start again on its port.</summary>
internal sealed class FakePylon : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Part> _parts = [];
    private long _tokens;
    private WebApplication? _app;
    private int _port;

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}");

    /// <summary>What was said in order of arrival: phase/part/outcome.</summary>
    public ConcurrentQueue<string> Reports { get; } = new();

    /// <summary>The work of the completions, in order of arrival.</summary>
    public ConcurrentQueue<(double? Kwh, DateTime? Start, DateTime? End)> Work { get; } = new();

    /// <summary>The renewals so far.</summary>
    public int Renewals { get; private set; }

    public int PartsOfABatch { get; set; } = 2;

    /// <summary>How long a claim lasts without a renewal: long enough for a busy machine, short enough that a part whose claim was answered to nobody is taken again within a test.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Nobody holds anything any more: renewals and reports are refused, and nothing is claimed.</summary>
    public bool Withdrawn { get; set; }

    /// <summary>The parts that were not completed yet.</summary>
    public int Left
    {
        get
        {
            lock (_gate)
                return _parts.Count;
        }
    }

    public async Task UpAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, _port));
        _app = builder.Build();
        _app.MapPost("/api/v1/work:claim", (Delegate)ClaimAsync);
        _app.MapPost("/api/v1/work:renew", (Delegate)RenewAsync);
        _app.MapPost("/api/v1/work:complete", (Delegate)((HttpContext http) => ReportAsync(http, "SUCCESS")));
        _app.MapPost("/api/v1/work:fail", (Delegate)((HttpContext http) => ReportAsync(http, "FAILED")));
        await _app.StartAsync();
        _port = new Uri(_app.Urls.Single()).Port;
    }

    public async Task DownAsync()
    {
        if (_app is null)
            return;
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>A batch goes through these phases.</summary>
    public string Define(params string[] phases)
    {
        var id = Guid.NewGuid().ToString();
        lock (_gate)
            _parts.AddRange(phases.SelectMany((phase, place) => Enumerable.Range(1, PartsOfABatch).Select(n => new Part(id, place, phase, $"part-{n}"))));
        return id;
    }

    public ValueTask DisposeAsync() => new(DownAsync());

    private async Task<IResult> ClaimAsync(HttpContext http)
    {
        var most = (await Json.ReadObjectAsync(http))["max_parts"]!.Value<int>();
        for (var tries = 0; tries < 20; tries++)
        {
            lock (_gate)
            {
                var ready = _parts.Where(p => !Withdrawn && !p.Held && _parts.All(o => o.Batch != p.Batch || o.Place >= p.Place)).Take(most).ToList();
                ready.ForEach(part => part.Claim((++_tokens).ToString(CultureInfo.InvariantCulture), Lease));
                if (ready.Count > 0)
                {
                    return Json.Result(new JObject
                    {
                        ["claims"] = new JArray(ready.Select(p => new JObject
                        {
                            ["token"] = p.Token,
                            ["batch_id"] = p.Batch,
                            ["phase"] = p.Phase,
                            ["part"] = p.Name,
                            ["parts"] = PartsOfABatch,
                            ["correlation_id"] = "c",
                            ["lease"] = string.Create(CultureInfo.InvariantCulture, $"{Lease.TotalSeconds}s"),
                        })),
                    });
                }
            }

            await Task.Delay(10, http.RequestAborted);
        }

        return Json.Result(new JObject { ["claims"] = new JArray() });
    }

    private async Task<IResult> RenewAsync(HttpContext http)
    {
        var token = (await Json.ReadObjectAsync(http))["renewals"]![0]!["token"]!.Value<string>();
        lock (_gate)
        {
            Renewals++;
            var part = Holding(token);
            part?.Claim(token!, Lease);
            return Json.Result(new JObject { ["renewed"] = part is not null ? new JArray(new JObject { ["token"] = token }) : new JArray() });
        }
    }

    private async Task<IResult> ReportAsync(HttpContext http, string outcome)
    {
        var body = await Json.ReadObjectAsync(http);
        var token = body["token"]!.Value<string>();
        lock (_gate)
        {
            var part = Holding(token);
            Reports.Enqueue($"{body["phase"]}/{body["part"]}/{(part is null ? "REFUSED" : outcome)}");
            if (part is null)
                return Results.Json(new { reason = "LEASE_LOST" }, statusCode: 400);
            part.Release();
            if (outcome == "SUCCESS")
            {
                Work.Enqueue((body["energy_kwh"]?.Value<double?>(), body["started_at"]?.Value<DateTime?>(), body["ended_at"]?.Value<DateTime?>()));
                _parts.Remove(part);
            }
            else if (body["for_good"]?.Value<bool>() == true)
            {
                _parts.RemoveAll(p => p.Batch == part.Batch);
            }

            return Json.Result(new JObject { ["changed"] = true });
        }
    }

    private Part? Holding(string? token) => Withdrawn ? null : _parts.Find(p => p.Held && p.Token == token);

    private sealed class Part(string batch, int place, string phase, string name)
    {
        private long _claimed;
        private TimeSpan _lease;

        public string Batch => batch;
        public int Place => place;
        public string Phase => phase;
        public string Name => name;
        public string? Token { get; private set; }
        public bool Held => Token is not null && Stopwatch.GetElapsedTime(_claimed) < _lease;

        public void Claim(string token, TimeSpan lease) => (Token, _claimed, _lease) = (token, Stopwatch.GetTimestamp(), lease);

        public void Release() => Token = null;
    }
}
