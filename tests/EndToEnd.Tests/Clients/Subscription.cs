using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace Pylon.EndToEnd.Tests.Clients;

/// <summary>A subscriber of <c>/beckn/broadcast</c>.</summary>
internal sealed class Subscription : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly HttpResponseMessage _answer;
    private readonly CancellationTokenSource _end = new();
    private readonly IAsyncEnumerator<SseItem<string>> _items;

    private Subscription(HttpResponseMessage answer, Stream stream)
    {
        _answer = answer;
        _items = SseParser.Create(stream).EnumerateAsync(_end.Token).GetAsyncEnumerator(_end.Token);
    }

    public static async Task<Subscription> OpenAsync(HttpClient http, string? lastEventId, string topics)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/beckn/broadcast?topics=" + topics);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        if (!answer.IsSuccessStatusCode)
        {
            using (answer)
                throw new HttpRequestException($"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }

        return new Subscription(answer, await answer.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event; null when the stream has ended.</summary>
    public async Task<ReceivedEvent?> NextAsync(TimeSpan? patience = null)
    {
        while (await _items.MoveNextAsync().AsTask().WaitAsync(patience ?? Patience))
        {
            var item = _items.Current;
            if (item.EventType == "error")
                throw new HttpRequestException(item.Data);
            // The first frame only carries the position to resume from.
            if (item.Data.Length > 0)
                return new ReceivedEvent(item.EventId ?? "", item.EventType, JsonNode.Parse(item.Data)!);
        }

        return null;
    }

    /// <summary>The events up to and including the first of this type for this workload.</summary>
    public async Task<IReadOnlyList<ReceivedEvent>> UntilAsync(string type, string workloadId)
    {
        var received = new List<ReceivedEvent>();
        while (await NextAsync() is { } next)
        {
            received.Add(next);
            if (next.Type == type && next.Subject == workloadId)
                return received;
        }

        throw new InvalidOperationException($"the stream ended after {received.Count} events, without {type}");
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _answer.Dispose();
        _end.Dispose();
    }
}

/// <summary>A received event: its position, its type and the CloudEvent.</summary>
internal sealed record ReceivedEvent(string Position, string Type, JsonNode Event)
{
    public string Id => Event["id"]!.GetValue<string>();

    public string Subject => Event["subject"]!.GetValue<string>();
}
