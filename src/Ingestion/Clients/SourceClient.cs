using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Pylon.Ingestion.Clients;

/// <summary>
/// Sends requests to one source: one at a time, with the pause that the source wants between them. Each attempt has a
/// timeout and is repeated three times when the source or the network fails. While most attempts fail, the circuit is open
/// and nothing is sent.
/// </summary>
internal sealed class SourceClient
{
    private const int Retries = 3;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private readonly string _source;
    private readonly HttpClient _http;
    private readonly Uri _baseUrl;
    private readonly TimeProvider _time;
    private readonly SourceMetrics _metrics;
    private readonly ResiliencePipeline<SourceAnswer> _retry;
    private readonly ResiliencePipeline<SourceAnswer> _attempt;
    private readonly KnownBodies _known = new();
    private readonly SemaphoreSlim _turn = new(1);
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    public SourceClient(string source, HttpClient http, Uri baseUrl, SourcesOptions options, TimeProvider time, SourceMetrics metrics, ILogger<SourceClient> logger)
    {
        (_source, _http, _baseUrl, _time, _metrics) = (source, http, baseUrl, time, metrics);
        _attempt = new ResiliencePipelineBuilder<SourceAnswer> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<SourceAnswer>
            {
                // Two requests with all their attempts: one dataset that fails by itself does not shut off the others.
                FailureRatio = 0.8,
                MinimumThroughput = 2 * (Retries + 1),
                SamplingDuration = TimeSpan.FromMinutes(1),
                BreakDuration = options.BreakDuration,
                ShouldHandle = Failures(),
                OnOpened = _ => CircuitChangedAsync(isOpen: true, () => logger.CircuitOpened(source, options.BreakDuration)),
                OnClosed = _ => CircuitChangedAsync(isOpen: false, () => logger.CircuitClosed(source)),
            })
            .AddTimeout(options.Timeout)
            .Build();
        _retry = new ResiliencePipelineBuilder<SourceAnswer> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<SourceAnswer>
            {
                MaxRetryAttempts = Retries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = options.RetryPause,
                MaxDelay = LongestPause,
                UseJitter = true,
                // The circuit may close before the attempts are used up.
                ShouldHandle = Failures().Handle<BrokenCircuitException>(),
            })
            .Build();
        metrics.Circuit(source, isOpen: false);
    }

    /// <param name="path">Below the base URL, with its query.</param>
    /// <param name="pause">What the source wants between this request and the next.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="HttpRequestException">The last attempt failed too.</exception>
    public async Task<string> GetAsync(string path, TimeSpan pause, CancellationToken cancellationToken) =>
        (await AskAsync(() => new HttpRequestMessage(HttpMethod.Get, UriOf(path)), path, pause, cancellationToken)).Body;

    /// <summary>
    /// Posts JSON; a repeated attempt is the same message. An answer that refuses it (HTTP 4xx but 429) is returned too,
    /// because its body says why.
    /// </summary>
    /// <inheritdoc cref="GetAsync"/>
    /// <param name="json">The body.</param>
    /// <param name="authorize">The Authorization header of an attempt; null sends none.</param>
    public Task<SourceAnswer> PostAsync(string path, string json, TimeSpan pause, Func<byte[], string?> authorize, CancellationToken cancellationToken)
    {
        return AskAsync(Make, null, pause, cancellationToken);

        HttpRequestMessage Make()
        {
            var body = Encoding.UTF8.GetBytes(json);
            var request = new HttpRequestMessage(HttpMethod.Post, UriOf(path)) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
            if (authorize(body) is { } authorization)
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            return request;
        }
    }

    private Uri UriOf(string path) => new($"{_baseUrl.AbsoluteUri.TrimEnd('/')}/{path}");

    /// <param name="make">The request, anew for every attempt.</param>
    /// <param name="kept">The name under which the body is kept for conditional requests; null keeps none.</param>
    /// <param name="pause">What the source wants between this request and the next.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    private async Task<SourceAnswer> AskAsync(Func<HttpRequestMessage> make, string? kept, TimeSpan pause, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await _retry.ExecuteAsync(async token =>
            {
                if (_next - _time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
                    await Task.Delay(wait, _time, token);
                return await _attempt.ExecuteAsync(async attempt => await AskOnceAsync(make, kept, pause, attempt), token);
            }, cancellationToken);
        }
        catch (BrokenCircuitException broken)
        {
            _metrics.Asked(_source, "not_sent", TimeSpan.Zero);
            throw new SourceException("not sent: most requests to the source failed, so its circuit is open", broken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static PredicateBuilder<SourceAnswer> Failures() => new PredicateBuilder<SourceAnswer>().Handle<TimeoutRejectedException>().Handle<IOException>()
        .Handle<HttpRequestException>(e => e.StatusCode is null or (>= HttpStatusCode.InternalServerError) or HttpStatusCode.TooManyRequests);

    private async Task<SourceAnswer> AskOnceAsync(Func<HttpRequestMessage> make, string? kept, TimeSpan pause, CancellationToken cancellationToken)
    {
        var (began, outcome) = (_time.GetTimestamp(), "failed");
        try
        {
            using var request = make();
            var known = kept is null ? null : _known.Find(kept);
            known?.AskForChange(request.Headers);
            using var response = await _http.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotModified && known is not null)
            {
                // Parsed again: what the last ingestion run could not store is stored now, the rest is unchanged.
                outcome = "not_modified";
                return new SourceAnswer(HttpStatusCode.OK, known.Body);
            }

            if (response.Content.Headers.ContentEncoding.FirstOrDefault(e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase)) is { } encoding)
                throw new SourceException($"the answer has the encoding {encoding}; only gzip, deflate and br are read");
            // JSON is UTF-8, whatever the header says of it.
            var body = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            outcome = $"http_{(int)response.StatusCode}";
            if ((response.Headers.RetryAfter?.Delta ?? (response.Headers.RetryAfter?.Date - _time.GetUtcNow())) is { } wanted && wanted > pause)
                pause = wanted < LongestPause ? wanted : LongestPause;
            var isRefusal = request.Method == HttpMethod.Post && (int)response.StatusCode is >= 400 and < 500 and not (int)HttpStatusCode.TooManyRequests;
            if (!response.IsSuccessStatusCode && !isRefusal)
                throw new SourceException($"HTTP {(int)response.StatusCode} to {request.Method} {request.RequestUri!.PathAndQuery}", null, response.StatusCode);
            if (kept is not null)
                _known.Keep(kept, body, response);
            return new SourceAnswer(response.StatusCode, body);
        }
        finally
        {
            _next = _time.GetUtcNow() + pause;
            _metrics.Asked(_source, outcome, _time.GetElapsedTime(began));
        }
    }

    private ValueTask CircuitChangedAsync(bool isOpen, Action log)
    {
        _metrics.Circuit(_source, isOpen);
        log();
        return ValueTask.CompletedTask;
    }
}
