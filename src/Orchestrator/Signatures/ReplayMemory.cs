using Pylon.Postgres;

namespace Pylon.Orchestrator.Signatures;

/// <summary>
/// A signature counts once (ADR 0037). Those that come at the same time are written together, and before the callback takes
/// effect: without PostgreSQL nothing is taken. Those that are over are removed now and then.
/// </summary>
internal sealed class ReplayMemory : BackgroundService
{
    private const int ForgottenAtOnce = 5_000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ReplayStore _store;
    private readonly GroupCommit<CallbackSignature, bool> _signatures;
    private readonly TimeProvider _time;
    private readonly ILogger<ReplayMemory> _logger;

    public ReplayMemory(ReplayStore store, TimeProvider time, ILogger<ReplayMemory> logger)
    {
        (_store, _time, _logger) = (store, time, logger);
        _signatures = new(store.RememberAsync, PostgresFailure.IsTransient, time);
    }

    /// <summary>True for the first of equal signatures.</summary>
    public Task<bool> RememberAsync(CallbackSignature signature, CancellationToken cancellationToken) => _signatures.WriteAsync(signature, cancellationToken);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_signatures.RunAsync(stoppingToken), ForgetAsync(stoppingToken));

    private async Task ForgetAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await _store.ForgetAsync(_time.GetUtcNow(), ForgottenAtOnce, stoppingToken) == ForgottenAtOnce)
                {
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                _logger.NotForgotten(e, Interval);
            }
        }
    }
}
