using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Pylon.Beckn;

namespace Pylon.Orchestrator.Beckn;

/// <summary>
/// What bounds a request to the provider: a timeout, and a circuit breaker that opens when most requests fail. Retries
/// are not made here but by the workload, which waits longer each time and starts from what is known.
/// </summary>
internal sealed class BecknPipeline
{
    private readonly ResiliencePipeline _pipeline;

    public BecknPipeline(IOptions<BecknOptions> options, TimeProvider time, ILogger<BecknPipeline> logger)
    {
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                // One bad workload must not shut the provider off for the others.
                FailureRatio = 0.8,
                MinimumThroughput = 20,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = options.Value.BreakDuration,
                ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>().Handle<IOException>().Handle<TimeoutRejectedException>(),
                OnOpened = _ => Told(() => logger.CircuitOpened(options.Value.BreakDuration)),
                OnClosed = _ => Told(logger.CircuitClosed),
            })
            .AddTimeout(options.Value.HttpTimeout)
            .Build();
    }

    public ValueTask<T> ExecuteAsync<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken) =>
        _pipeline.ExecuteAsync(call, cancellationToken);

    private static ValueTask Told(Action log)
    {
        log();
        return ValueTask.CompletedTask;
    }
}
