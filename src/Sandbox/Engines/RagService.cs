using System.Globalization;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Faults;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Engines;

/// <summary>A RAG service as RAG_SERVICE_URL names one: advice on a hotspot, what it stored of it, and its health, with faults on demand.</summary>
internal sealed class RagService(TimeProvider time)
{
    private const string Recommend = "recommend";
    private const string Health = "health";
    private const string Markup = "markup";
    private const string NoActions = "no_actions";
    private const int MostStored = 1_000;
    private static readonly string[] Statuses = ["pending", "approved", "rejected", "implemented"];
    private readonly TimeProvider _time = time;
    private readonly FaultBoard _board = new();
    private readonly RecentRequests<object> _asked = new(1_000);
    private readonly Lock _gate = new();
    private readonly List<JObject> _stored = [];

    public static void Map(WebApplication app)
    {
        var service = new RagService(app.Services.GetRequiredService<TimeProvider>());
        app.MapPost("/rag/api/rag/recommend", (Delegate)service.RecommendAsync);
        app.MapGet("/rag/api/recommendations", (string? status, string? supplier_id, int? limit) => service.List(status, supplier_id, limit ?? 50));
        app.MapPatch("/rag/api/recommendations/{id}", (string id, HttpContext http) => service.UpdateAsync(http, id));
        app.MapGet("/rag/health", (Delegate)service.HealthAsync);
        app.MapFaults("/admin/rag/faults", service._board, [.. EngineFaults.Kinds, Markup, NoActions], [Recommend, Health], TimeSpan.FromSeconds(15));
        app.MapRecent("/admin/rag/requests", service._asked);
    }

    private async Task<IResult> RecommendAsync(HttpContext http)
    {
        var text = await Json.ReadTextAsync(http);
        var hit = _board.Take(Recommend, text, _ => true);
        var request = Requested.Object(text);
        // A zero is refused like a missing number, as the service does that this one stands for.
        if (Json.Number(request, "predicted") is not { } predicted || Json.Number(request, "baseline") is not { } baseline || predicted == 0 || baseline == 0)
            return await AnswerAsync(400, new JObject { ["error"] = "supplier, predicted and baseline are required" });
        var supplier = Json.Text(request, "supplier") ?? "Unknown";
        var actions = Actions(supplier, (double)(predicted - baseline), hit);
        var saved = request!["save_to_db"] is not JValue { Value: false };
        var rows = saved ? Store(supplier, actions) : [];
        return await AnswerAsync(200, new JObject
        {
            ["root_cause"] = hit.ContainsKey(Markup) ? "<b>Trucks</b>\u0000 run\r\nempty" : $"{supplier} emits more than is normal for it.",
            ["actions"] = hit.ContainsKey(NoActions) ? [] : new JArray(actions),
            ["saved"] = saved,
            ["recommendations"] = new JArray(rows),
        });

        Task<IResult> AnswerAsync(int status, JObject body)
        {
            _asked.Add(new { action = Recommend, status = status.ToString(CultureInfo.InvariantCulture), faults = hit.Keys, at = _time.GetUtcNow(), body = text });
            return EngineFaults.SendAsync(http, hit, _time, status, body);
        }
    }

    private Task<IResult> HealthAsync(HttpContext http) =>
        EngineFaults.SendAsync(http, _board.Take(Health, "", _ => true), _time, 200, new JObject { ["status"] = "ok" });

    private static List<JObject> Actions(string supplier, double above, IReadOnlyDictionary<string, Fault> hit)
    {
        List<(string Title, string Description, double Share, string Cost, int Feasibility)> measures =
        [
            ("Combine half-full loads", $"Send the loads of {supplier} together, so that fewer trips run half empty.", 0.3, "-2%", 8),
            ("Move long hauls to rail", $"Move what {supplier} sends over 300 km from road to rail.", 0.5, "+3%", 5),
            ("Shift work to cleaner hours", "Start deferrable work when the carbon intensity of the grid is low.", 0.2, "0%", 7),
        ];
        return
        [
            .. measures.Select(measure => new JObject
            {
                ["title"] = hit.ContainsKey(Markup) ? $"<script>alert('x')</script>**{measure.Title}** {new string('!', 100)}" : measure.Title,
                ["description"] = hit.ContainsKey(Markup) ? $"[{measure.Description}](http://example.invalid)\u0007{new string('x', 5_000)}" : measure.Description,
                ["co2_reduction"] = EngineFaults.Lie(hit, Math.Max(0, above) * measure.Share),
                ["cost_impact"] = measure.Cost,
                ["feasibility"] = measure.Feasibility,
                ["confidence"] = 0.7,
            }),
        ];
    }

    private List<JObject> Store(string supplier, List<JObject> actions)
    {
        lock (_gate)
        {
            var rows = actions.Select(action =>
            {
                var row = (JObject)action.DeepClone();
                (row["id"], row["supplier_id"], row["status"]) = (Guid.NewGuid().ToString(), supplier, Statuses[0]);
                return row;
            }).ToList();
            _stored.AddRange(rows);
            _stored.RemoveRange(0, Math.Max(0, _stored.Count - MostStored));
            return rows;
        }
    }

    private IResult List(string? status, string? supplier, int limit)
    {
        lock (_gate)
        {
            var found = _stored.Where(row => (status is null || Json.Text(row, "status") == status) && (supplier is null || Json.Text(row, "supplier_id") == supplier));
            return Json.Result(new JObject { ["recommendations"] = new JArray(found.Take(Math.Clamp(limit, 1, MostStored))) });
        }
    }

    private async Task<IResult> UpdateAsync(HttpContext http, string id)
    {
        var body = await Json.ReadObjectAsync(http);
        var status = body.Word("status", Statuses) ?? throw new BadInputException("status", $"'status' is required and must be one of {string.Join(", ", Statuses)}");
        lock (_gate)
        {
            if (_stored.Find(row => Json.Text(row, "id") == id) is not { } found)
                return Json.Result(new { error = "not found" }, 404);
            found["status"] = status;
            return Json.Result(found);
        }
    }
}
