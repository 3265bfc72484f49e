using System.Text;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Pylon.Ingestion.Runs;

/// <summary>
/// Asks one source: one request at a time, not sooner after the one before than it wants, each attempt bounded, and
/// repeated three times when the source or the way to it fails. What it answers otherwise is for the reader to judge.
/// </summary>
internal sealed class SourceClient
{
    private const int Retries = 3;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private readonly HttpClient _http;
    private readonly Uri _baseUrl;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<string> _pipeline;
    private readonly SemaphoreSlim _turn = new(1);
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    public SourceClient(HttpClient http, Uri baseUrl, SourcesOptions options, TimeProvider time)
    {
        (_http, _baseUrl, _time) = (http, baseUrl, time);
        _pipeline = new ResiliencePipelineBuilder<string> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<string>
            {
                MaxRetryAttempts = Retries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = options.RetryPause,
                MaxDelay = LongestPause,
                UseJitter = true,
                ShouldHandle = new PredicateBuilder<string>().Handle<TimeoutRejectedException>().Handle<IOException>()
                    .Handle<HttpRequestException>(e => e.StatusCode is null or (>= System.Net.HttpStatusCode.InternalServerError) or System.Net.HttpStatusCode.TooManyRequests),
            })
            .AddTimeout(options.Timeout)
            .Build();
    }

    /// <param name="path">Below the base URL, with its query.</param>
    /// <param name="pause">What the source wants between this request and the next.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HttpRequestException">The last attempt failed too.</exception>
    public Task<string> GetAsync(string path, TimeSpan pause, CancellationToken cancellationToken) =>
        AskAsync(() => new HttpRequestMessage(HttpMethod.Get, UriOf(path)), pause, cancellationToken);

    /// <summary>Posts JSON; a repeated attempt is the same message.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public Task<string> PostAsync(string path, string json, TimeSpan pause, CancellationToken cancellationToken) => AskAsync(
        () => new HttpRequestMessage(HttpMethod.Post, UriOf(path)) { Content = new StringContent(json, Encoding.UTF8, "application/json") }, pause, cancellationToken);

    private Uri UriOf(string path) => new($"{_baseUrl.AbsoluteUri.TrimEnd('/')}/{path}");

    private async Task<string> AskAsync(Func<HttpRequestMessage> request, TimeSpan pause, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_next - _time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, _time, cancellationToken);
            return await _pipeline.ExecuteAsync(async token => await AskOnceAsync(request, pause, token), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<string> AskOnceAsync(Func<HttpRequestMessage> make, TimeSpan pause, CancellationToken cancellationToken)
    {
        try
        {
            using var request = make();
            using var response = await _http.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw new HttpRequestException($"HTTP {(int)response.StatusCode} to {request.Method} {request.RequestUri!.PathAndQuery}", null, response.StatusCode);
            return body;
        }
        finally
        {
            _next = _time.GetUtcNow() + pause;
        }
    }
}
