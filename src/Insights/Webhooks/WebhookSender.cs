using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Pylon.Insights.Webhooks;

/// <summary>
/// Posts one notice to the receiver, once. A timeout and a circuit bound it; the answer's body is not read, and a redirect is a
/// failure like any other status that is not 2xx.
/// </summary>
internal sealed class WebhookSender
{
    public const string HttpClientName = "webhook";
    private const int LongestReason = 500;

    private readonly IHttpClientFactory _clients;
    private readonly TimeProvider _time;
    private readonly Uri? _url;
    private readonly byte[] _key;
    private readonly TimeSpan _timeout;
    private readonly ResiliencePipeline<WebhookAnswer> _pipeline;
    private long _openUntil;

    public WebhookSender(IHttpClientFactory clients, IOptions<WebhookOptions> options, TimeProvider time, ILogger<WebhookSender> logger)
    {
        (_clients, _time, _url, _timeout) = (clients, time, options.Value.Url, options.Value.Timeout);
        _key = WebhookSignature.KeyOf(options.Value.Secret ?? "") ?? [];
        _pipeline = new ResiliencePipelineBuilder<WebhookAnswer> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<WebhookAnswer>
            {
                FailureRatio = 0.8,
                MinimumThroughput = 5,
                SamplingDuration = TimeSpan.FromMinutes(1),
                BreakDuration = options.Value.BreakDuration,
                ShouldHandle = attempt => ValueTask.FromResult(
                    attempt.Outcome.Result is { IsTaken: false } || attempt.Outcome.Exception is HttpRequestException or IOException or TimeoutRejectedException),
                OnOpened = opened =>
                {
                    // Polly's own state stays open until the next attempt.
                    Volatile.Write(ref _openUntil, (time.GetUtcNow() + opened.BreakDuration).UtcTicks);
                    logger.CircuitOpened(Receiver, options.Value.BreakDuration);
                    return default;
                },
                OnClosed = _ =>
                {
                    logger.CircuitClosed(Receiver);
                    return default;
                },
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = _timeout })
            .Build();
    }

    /// <summary>False when no receiver is configured.</summary>
    public bool HasReceiver => _url is not null;

    /// <summary>Host and port of the receiver; its path may hold a secret.</summary>
    public string Receiver => _url is null ? "" : $"{_url.Host}:{_url.Port}";

    /// <summary>True while nothing is sent because most of the last attempts failed.</summary>
    public bool IsOpen => _time.GetUtcNow().UtcTicks < Volatile.Read(ref _openUntil);

    public async Task<WebhookAnswer> SendAsync(ClaimedNotice notice, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            var outcome = await _pipeline.ExecuteOutcomeAsync(
                static async (context, state) => await state.Sender.TryAsync(state.Notice, context.CancellationToken), context, (Sender: this, Notice: notice));
            if (outcome.Result is { } answer)
                return answer;
            cancellationToken.ThrowIfCancellationRequested();
            return Failed(outcome.Exception!);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async Task<Outcome<WebhookAnswer>> TryAsync(ClaimedNotice notice, CancellationToken cancellationToken)
    {
        try
        {
            using var request = RequestOf(notice);
            using var client = _clients.CreateClient(HttpClientName);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var status = (int)response.StatusCode;
            return Outcome.FromResult(response.IsSuccessStatusCode
                ? new WebhookAnswer(status, null)
                : new WebhookAnswer(status, $"the receiver answered {status}", RetryAfter(response)));
        }
        catch (Exception e)
        {
            // The pipeline judges it; it throws nothing.
            return Outcome.FromException<WebhookAnswer>(e);
        }
    }

    private HttpRequestMessage RequestOf(ClaimedNotice notice)
    {
        var body = WebhookBody.Of(notice);
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        request.Headers.Add("webhook-id", notice.WebhookId);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Of(_key, notice.WebhookId, timestamp, body));
        return request;
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _time.GetUtcNow(),
        _ => null,
    };

    private WebhookAnswer Failed(Exception e) => e switch
    {
        BrokenCircuitException => WebhookAnswer.NotTried,
        TimeoutRejectedException => new WebhookAnswer(null, $"no answer within {_timeout.TotalSeconds:0.###} s"),
        HttpRequestException or IOException => new WebhookAnswer(null, Printable(e.Message)),
        _ => new WebhookAnswer(null, $"unexpected error ({e.GetType().Name})"),
    };

    private static string Printable(string text) =>
        string.Concat(text.Take(LongestReason).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c));
}
