using Polly;
using Polly.CircuitBreaker;

namespace Pylon.Conductor.Circuits;

/// <summary>
/// The circuit of one store. When most calls of the last seconds failed it opens: calls fail at once with
/// <see cref="BrokenCircuitException"/>, and after a break one call is tried.
/// </summary>
internal sealed class Circuit
{
    private readonly ResiliencePipeline _pipeline;
    private readonly CircuitBreakerStateProvider _state = new();

    public Circuit(string peer, Func<Exception, bool> isFailure, TimeSpan breakDuration, TimeProvider time, ILogger logger)
    {
        Peer = peer;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 0.5,
                // A few failures are left to the retries.
                MinimumThroughput = 20,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = breakDuration,
                StateProvider = _state,
                ShouldHandle = new PredicateBuilder().Handle<Exception>(e => isFailure(e)),
                OnOpened = _ => NoteAsync(() => logger.Opened(peer, breakDuration), opened: true),
                OnClosed = _ => NoteAsync(() => logger.Closed(peer), opened: false),
            })
            .Build();
    }

    public string Peer { get; }

    public CircuitState State => _state.CircuitState;

    /// <summary>How often it was opened.</summary>
    public long Opened { get; private set; }

    public async Task<T> RunAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken) =>
        await _pipeline.ExecuteAsync(static async (call, _) => await call(), call, cancellationToken);

    // Polly calls this one at a time.
    private ValueTask NoteAsync(Action log, bool opened)
    {
        Opened += opened ? 1 : 0;
        log();
        return ValueTask.CompletedTask;
    }
}
