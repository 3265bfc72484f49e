using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests.Clients;

/// <summary>The REST API of the Gateway, as JSON, with a key where callers need one.</summary>
internal sealed class GatewayClient : IDisposable
{
    /// <summary>Much longer than a flow takes, much shorter than any timer of the shared stack.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;

    public GatewayClient(string address, string? apiKey = null)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address), Timeout = Timeout.InfiniteTimeSpan };
        if (apiKey is not null)
            _http.DefaultRequestHeaders.Add("x-api-key", apiKey);
    }

    /// <summary>Submits a workload and returns its id.</summary>
    public async Task<string> SubmitAsync(object workload, string path = "/api/v1/workloads")
    {
        using var answer = await _http.PostAsJsonAsync(path, workload);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode} {body}");
        return JsonNode.Parse(body)!["workload"]!["id"]!.GetValue<string>();
    }

    public async Task<JsonNode> WorkloadAsync(string id) => (await GetAsync($"/api/v1/workloads/{id}"))["workload"]!;

    /// <summary>Waits until the workload is in the state, for example PENDING_USER_CHOICE, and returns it.</summary>
    public Task<JsonNode> UntilAsync(string id, string status, TimeSpan? patience = null) =>
        Eventually.Is(() => WorkloadAsync(id), workload => Status(workload) == status, patience ?? Patience, $"workload {id} becomes {status}");

    public static string Status(JsonNode workload) => workload["status"]!.GetValue<string>()["WORKLOAD_STATUS_".Length..];

    public static IReadOnlyList<JsonNode> Recommendations(JsonNode workload) => [.. workload["recommendations"]!.AsArray().Select(one => one!)];

    public async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(path);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {body}");
        return JsonNode.Parse(body)!;
    }

    /// <summary>The answer, also an error.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(path, content);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    /// <summary>The answer as text, whatever it is; an empty object is sent where the method takes a body.</summary>
    public async Task<(HttpStatusCode Status, string Body)> SendAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        if (method != HttpMethod.Get && method != HttpMethod.Delete)
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Sends one JSON object a line and gets as many as come back.</summary>
    public async Task<IReadOnlyList<JsonNode>> PostLinesAsync(string path, string lines)
    {
        using var content = new StringContent(lines, Encoding.UTF8, "application/x-ndjson");
        using var answer = await _http.PostAsync(path, content);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {body}");
        return [.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    /// <summary>The answer, also an error.</summary>
    public async Task<HttpStatusCode> StatusOfAsync(string path)
    {
        using var answer = await _http.GetAsync(path);
        return answer.StatusCode;
    }

    /// <summary>All events after a position, page by page, and the position after them.</summary>
    public async Task<(IReadOnlyList<JsonNode> Events, string Position)> PollAsync(string after = "")
    {
        var events = new List<JsonNode>();
        while (true)
        {
            var page = await GetAsync($"/beckn/broadcast/poll?max_events=1000&after={Uri.EscapeDataString(after)}");
            after = page["position"]!.GetValue<string>();
            var received = page["events"]?.AsArray() ?? [];
            if (received.Count == 0)
                return (events, after);
            events.AddRange(received.Select(one => one!["event"]!));
        }
    }

    /// <summary>The events of one workload so far, in order.</summary>
    public async Task<IReadOnlyList<JsonNode>> EventsOfAsync(string workloadId) =>
        [.. (await PollAsync()).Events.Where(e => e["subject"]!.GetValue<string>() == workloadId)];

    /// <summary>Listens to the broadcast; events from after the last one seen when that is given, of all topics when none is.</summary>
    public Task<Subscription> SubscribeAsync(string? lastEventId = null, string topics = "") => Subscription.OpenAsync(_http, lastEventId, topics);

    public void Dispose() => _http.Dispose();
}
