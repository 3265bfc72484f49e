using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Stacks;

namespace Pylon.Cli.Client;

/// <summary>Calls the REST API of the Gateway.</summary>
internal sealed class PylonClient : IDisposable
{
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
    };

    private readonly HttpClient _http;

    public PylonClient(string url) => (Url, _http) = (url.TrimEnd('/'), new HttpClient(new SocketsHttpHandler { UseProxy = !new Uri(url).IsLoopback })
    {
        BaseAddress = new Uri(url.TrimEnd('/') + "/"),
        Timeout = Timeout.InfiniteTimeSpan,
    });

    /// <summary>The address of the Gateway, without a slash at the end.</summary>
    public string Url { get; }

    /// <summary>A client for the Gateway that <c>PYLON_URL</c> names, else for the running stack of this checkout.</summary>
    public static PylonClient Connect(Checkout checkout)
    {
        const string Variable = "PYLON_URL";
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } exported)
            return new PylonClient(exported);
        return EnvFile.Read(checkout).TryGetValue(Variable, out var running)
            ? new PylonClient(running)
            : throw new ApiException("Pylon is not running here. Start it with ./pylon up, or set PYLON_URL.");
    }

    public async Task<Workload> SubmitAsync(Submission submission, CancellationToken cancellationToken) =>
        (await SendAsync<WorkloadAnswer>(HttpMethod.Post, "api/v1/workloads", submission, cancellationToken)).Workload;

    public async Task<Workload> GetAsync(string id, CancellationToken cancellationToken) =>
        (await SendAsync<WorkloadAnswer>(HttpMethod.Get, PathOf(id), null, cancellationToken)).Workload;

    public async Task<IReadOnlyList<Workload>> ListAsync(int pageSize, CancellationToken cancellationToken) =>
        (await SendAsync<WorkloadsAnswer>(HttpMethod.Get, $"api/v1/workloads?page_size={pageSize}", null, cancellationToken)).Workloads ?? [];

    public async Task<Workload> ChooseAsync(string id, int option, CancellationToken cancellationToken)
    {
        var choice = new Choice(option, Guid.NewGuid().ToString());
        return (await SendAsync<WorkloadAnswer>(HttpMethod.Post, PathOf(id) + ":choose", choice, cancellationToken)).Workload;
    }

    public Task<ForecastAnswer> GetForecastAsync(string query, CancellationToken cancellationToken) =>
        SendAsync<ForecastAnswer>(HttpMethod.Get, "api/v1/grid/forecast?" + query, null, cancellationToken);

    public Task<AccuracyAnswer> GetForecastAccuracyAsync(string query, CancellationToken cancellationToken) =>
        SendAsync<AccuracyAnswer>(HttpMethod.Get, "api/v1/grid/forecast-accuracy?" + query, null, cancellationToken);

    /// <summary>The answer to any GET of the API.</summary>
    public Task<JsonObject> ReadAsync(string path, CancellationToken cancellationToken) => SendAsync<JsonObject>(HttpMethod.Get, path, null, cancellationToken);

    /// <summary>The answer to a call without arguments.</summary>
    public Task<JsonObject> PostAsync(string path, CancellationToken cancellationToken) => SendAsync<JsonObject>(HttpMethod.Post, path, new JsonObject(), cancellationToken);

    public async Task<Workload> ReplayAsync(string id, Replay replay, CancellationToken cancellationToken) =>
        (await SendAsync<WorkloadAnswer>(HttpMethod.Post, PathOf(id) + ":replay", replay, cancellationToken)).Workload;

    /// <summary>Stores some lines of a file of history: all or none.</summary>
    public async Task<ImportAnswer> ImportAsync(string name, string series, long firstLine, byte[] header, byte[] part, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/pipeline/imports") { Content = ImportBody.Of(name, series, firstLine, header, part) };
        return await SendAsync<ImportAnswer>(request, cancellationToken);
    }

    /// <summary>Stores some lines of a file of shipments.</summary>
    public async Task<ShipmentAnswer> ImportShipmentsAsync(string name, string factorSet, long firstLine, byte[] header, byte[] part, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/shipments:import") { Content = ShipmentBody.Of(name, factorSet, firstLine, header, part) };
        return await SendAsync<ShipmentAnswer>(request, cancellationToken);
    }

    /// <summary>When and where a job is best run, as the API answers.</summary>
    public Task<JsonNode> PlanAsync(JsonObject request, CancellationToken cancellationToken) =>
        SendAsync<JsonNode>(HttpMethod.Post, "api/v1/plans:window", request, cancellationToken);

    /// <summary>All events after the position; ends when the connection does.</summary>
    public IAsyncEnumerable<Broadcast> BroadcastAsync(string? after, CancellationToken cancellationToken) =>
        StreamAsync("beckn/broadcast", after, Broadcast.Read, cancellationToken);

    /// <summary>One workload with its phases, now and after each change; ends when it or the connection does.</summary>
    public IAsyncEnumerable<Workload> WatchAsync(string id, CancellationToken cancellationToken) => StreamAsync(
        PathOf(id) + ":watch?follow_run=true", null, item => JsonSerializer.Deserialize<WorkloadAnswer>(item.Data, Json)!.Workload, cancellationToken);

    /// <summary>How far the log of decisions is verified, page by page; the last one has the result.</summary>
    public IAsyncEnumerable<AuditProgress> VerifyAsync(long knownSeq, string knownHash, CancellationToken cancellationToken) => StreamAsync(
        $"api/v1/audit:verify?known_seq={knownSeq}&known_hash={knownHash}", null, item => JsonSerializer.Deserialize<AuditProgress>(item.Data, Json), cancellationToken);

    public async Task<IReadOnlyList<Decision>> DecisionsAsync(string? workloadId, int pageSize, CancellationToken cancellationToken)
    {
        var path = $"api/v1/decisions?page_size={pageSize}&workload_id={Uri.EscapeDataString(workloadId ?? "")}";
        return (await SendAsync<DecisionsAnswer>(HttpMethod.Get, path, null, cancellationToken)).Decisions ?? [];
    }

    public void Dispose() => _http.Dispose();

    private static string PathOf(string id) => "api/v1/workloads/" + Uri.EscapeDataString(id);

    private async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType(), options: Json);
        return await SendAsync<T>(request, cancellationToken);
    }

    private async Task<T> SendAsync<T>(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(request, cancellationToken);
        return await answer.Content.ReadFromJsonAsync<T>(Json, cancellationToken) ?? throw new ApiException($"{request.RequestUri} answers null");
    }

    private async IAsyncEnumerable<T> StreamAsync<T>(
        string path, string? lastEventId, Func<SseItem<string>, T?> read, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        using var answer = await AskAsync(request, cancellationToken);
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var items = SseParser.Create(stream).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var _ = items;
        while (await NextAsync(items))
        {
            // A stream that fails later has an error event.
            if (items.Current.EventType == "error")
                throw new ApiException(Explain(items.Current.Data));
            if (items.Current.Data.Length > 0 && read(items.Current) is { } value)
                yield return value;
        }
    }

    // A cut connection ends the stream; the caller may connect again.
    private static async Task<bool> NextAsync(IAsyncEnumerator<SseItem<string>> items)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return false;
        }
    }

    private async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new UnreachableException($"The Gateway at {_http.BaseAddress} is unreachable ({e.Message}). See ./pylon status", e);
        }

        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
        {
            var body = await answer.Content.ReadAsStringAsync(cancellationToken);
            throw new ApiException(Explain(body) is { Length: > 0 } detail ? detail : $"{(int)answer.StatusCode} {answer.ReasonPhrase}") { Reason = ReasonOf(body) };
        }
    }

    private static string? ReasonOf(string body)
    {
        try
        {
            return JsonSerializer.Deserialize<Problem>(body, Json)?.Reason;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Explain(string body)
    {
        try
        {
            var problem = JsonSerializer.Deserialize<Problem>(body, Json);
            return (problem?.Detail ?? problem?.Title ?? body) + (problem?.Reason is { Length: > 0 } reason ? $" ({reason})" : "");
        }
        catch (JsonException)
        {
            return body.Trim();
        }
    }
}
