using Pylon.Orchestrator.Queue;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Beckn;

/// <summary>Writes the steps of all attempts of this process, those that wait together in one transaction (ADR 0008).</summary>
internal sealed class StepWriter : BackgroundService
{
    private readonly StepStore _store;
    private readonly GroupCommit<Step, Written> _steps;
    private readonly GroupCommit<Lease, TimeSpan?> _leases;

    public StepWriter(StepStore store, TimeProvider time) =>
        (_store, _steps, _leases) = (store, new(store.WriteAsync, PostgresFailure.IsTransient, time), new(store.LeasesLeftAsync, PostgresFailure.IsTransient, time));

    /// <summary>Writes a step. One whose row somebody has locked waits alone.</summary>
    public async Task<Written> WriteAsync(Step step, CancellationToken cancellationToken) =>
        await _steps.WriteAsync(step, cancellationToken) is { Outcome: not StepOutcome.NotHeld } written
            ? written
            : await _store.WriteAsync(step, cancellationToken);

    /// <summary>The same without the others, for the end of an attempt.</summary>
    public Task<Written> WriteAloneAsync(Step step, CancellationToken cancellationToken) => _store.WriteAsync(step, cancellationToken);

    /// <summary>How long the lease still lasts; null when it is lost.</summary>
    public Task<TimeSpan?> LeaseLeftAsync(Lease lease, CancellationToken cancellationToken) => _leases.WriteAsync(lease, cancellationToken);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_steps.RunAsync(stoppingToken), _leases.RunAsync(stoppingToken));
}
