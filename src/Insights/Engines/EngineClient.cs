using System.Net;
using System.Net.Mime;
using System.Text;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Retry;
using Polly.Timeout;

namespace Pylon.Insights.Engines;

/// <summary>
/// Calls one external engine. Each attempt has a timeout. When attempts fail the circuit opens, and no call is made for a
/// while; none is made either from a failed health check to the next one that succeeds. A failure is a value and no exception.
/// </summary>
internal sealed class EngineClient
{
    private const int MostWaiting = 4096;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Sampling = TimeSpan.FromSeconds(30);

    private readonly EngineLimits _limits;
    private readonly IHttpClientFactory _http;
    private readonly EngineMetrics _metrics;
    private readonly ILogger<EngineClient> _logger;
    private readonly CircuitBreakerManualControl _circuit = new();
    private readonly ResiliencePipeline<EngineReply> _calls;
    private readonly ResiliencePipeline<EngineReply> _checks;
    private volatile string? _downBecause;

    public EngineClient(EngineLimits limits, IHttpClientFactory http, EngineMetrics metrics, TimeProvider time, ILogger<EngineClient> logger)
    {
        (_limits, _http, _metrics, _logger) = (limits, http, metrics, logger);
        var calls = new ResiliencePipelineBuilder<EngineReply> { TimeProvider = time }.AddConcurrencyLimiter(limits.Concurrent, MostWaiting);
        if (limits.Retries > 0)
        {
            calls.AddRetry(new RetryStrategyOptions<EngineReply>
            {
                MaxRetryAttempts = limits.Retries,
                Delay = RetryPause,
                UseJitter = true,
                ShouldHandle = Failures(),
            });
        }

        _calls = calls
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<EngineReply>
            {
                FailureRatio = 0.5,
                MinimumThroughput = limits.BreakAfter,
                SamplingDuration = Sampling,
                BreakDuration = limits.BreakDuration,
                ManualControl = _circuit,
                ShouldHandle = Failures(),
                OnOpened = _ => CircuitChangedAsync(isOpen: true),
                OnClosed = _ => CircuitChangedAsync(isOpen: false),
            })
            .AddTimeout(limits.Timeout)
            .Build();
        _checks = new ResiliencePipelineBuilder<EngineReply> { TimeProvider = time }.AddTimeout(limits.HealthTimeout).Build();
        if (IsConfigured)
            metrics.Engine(limits.Name);
    }

    public EngineLimits Limits => _limits;

    /// <summary>False when the address is not set: nothing is called.</summary>
    public bool IsConfigured => _limits.BaseUrl is not null;

    /// <summary>Posts JSON; a repeated attempt is the same message.</summary>
    public async Task<EngineReply> PostAsync(string path, string json, CancellationToken cancellationToken)
    {
        if (!IsConfigured)
            return NotSent("not_configured", $"{_limits.Setting} is not set");
        var reply = _downBecause is { } reason
            ? NotSent("not_sent", $"not called since its health check failed: {reason}")
            : await RunAsync(_calls, HttpMethod.Post, path, json, cancellationToken);
        _metrics.Called(_limits.Name, reply);
        if (reply is EngineReply.Unusable unusable)
            Refuse(unusable.Refusal);
        return reply;
    }

    /// <summary>Checks the health of the engine once, and remembers what it says.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        // It need not say more than 200.
        var failure = await RunAsync(_checks, HttpMethod.Get, _limits.HealthPath, null, cancellationToken) as EngineReply.Failure;
        var (isUp, wasDown) = (failure is null, _downBecause is not null);
        _downBecause = failure?.Reason;
        _metrics.Health(_limits.Name, isUp);
        if (isUp && wasDown)
        {
            await _circuit.CloseAsync(cancellationToken);
            _logger.Recovered(_limits.Words);
        }
        else if (!isUp && !wasDown)
        {
            _logger.Unhealthy(_limits.Words, failure!.Reason);
        }
    }

    /// <summary>An answer that cannot be used is counted by the reason.</summary>
    public void Refuse(EngineRefusal refusal) => _metrics.Refused(_limits.Name, refusal.Word);

    /// <summary>Why this reply leads to the built-in way, in words for the caller.</summary>
    public string Because(string reason) => $"{_limits.Words} was not used: {reason}";

    private static EngineReply.Failure NotSent(string word, string reason) => new(word, reason, IsTransient: false);

    private static PredicateBuilder<EngineReply> Failures() =>
        new PredicateBuilder<EngineReply>().Handle<TimeoutRejectedException>().HandleResult(reply => reply is EngineReply.Failure { IsTransient: true });

    private async Task<EngineReply> RunAsync(ResiliencePipeline<EngineReply> pipeline, HttpMethod method, string path, string? json, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            // As an outcome, so that an open circuit costs no exception.
            var outcome = await pipeline.ExecuteOutcomeAsync(
                static (context, call) => call.Self.TryAsync(call.method, call.path, call.json, context.CancellationToken), context, (Self: this, method, path, json));
            if (outcome.Exception is null)
                return outcome.Result!;
            cancellationToken.ThrowIfCancellationRequested();
            switch (outcome.Exception)
            {
                case BrokenCircuitException:
                    return NotSent("not_sent", "not called, because its last calls failed");
                case RateLimiterRejectedException:
                    return NotSent("not_sent", $"not called, because {MostWaiting} calls wait already");
                case TimeoutRejectedException late:
                    return new EngineReply.Failure("timeout", $"no answer within {late.Timeout.TotalSeconds:0.##} s", IsTransient: true);
                default:
                    outcome.ThrowIfException();
                    throw new InvalidOperationException(outcome.Exception.Message);
            }
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async ValueTask<Outcome<EngineReply>> TryAsync(HttpMethod method, string path, string? json, CancellationToken cancellationToken)
    {
        try
        {
            return Outcome.FromResult(await SendAsync(method, path, json, cancellationToken));
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            return Outcome.FromException<EngineReply>(e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return Outcome.FromResult<EngineReply>(new EngineReply.Unusable(new EngineRefusal("too_long", $"its answer is longer than {EngineLimits.MaxAnswerBytes / 1024} kB")));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return Outcome.FromResult<EngineReply>(new EngineReply.Failure("unreachable", "it cannot be reached", IsTransient: true));
        }
    }

    private async Task<EngineReply> SendAsync(HttpMethod method, string path, string? json, CancellationToken cancellationToken)
    {
        using var client = _http.CreateClient(_limits.Name);
        using var request = new HttpRequestMessage(method, new Uri($"{_limits.BaseUrl!.AbsoluteUri.TrimEnd('/')}/{path}"));
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, MediaTypeNames.Application.Json);
        using var response = await client.SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode
            ? EngineJson.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken))
            : new EngineReply.Failure($"http_{(int)response.StatusCode}", $"HTTP {(int)response.StatusCode}", IsTransient: IsTransient(response.StatusCode));
    }

    private static bool IsTransient(HttpStatusCode status) =>
        status is >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout;

    private ValueTask CircuitChangedAsync(bool isOpen)
    {
        _metrics.Circuit(_limits.Name, isOpen);
        if (isOpen)
            _logger.CircuitOpened(_limits.Words, _limits.BreakDuration);
        else
            _logger.CircuitClosed(_limits.Words);
        return ValueTask.CompletedTask;
    }
}
