using Grpc.Core;
using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Orchestrator.Constraints;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Outcomes;

/// <summary>
/// Computes the outcome of each batch run when it has ended, again when later reports come, and again while values of the
/// grid are not measured yet. Each computation replaces the one before.
/// </summary>
internal sealed class OutcomeWorker(
    Listener listener,
    OutcomeStore store,
    GridSignals signals,
    IOptions<OutcomeOptions> options,
    IOptions<ConstraintOptions> assumptions,
    TimeProvider time,
    ILogger<OutcomeWorker> logger) : BackgroundService
{
    private const int MaxTogether = 16;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        listener.RunAsync(["outcome_due"], (_, token) => DrainAsync(token), options.Value.PollInterval, stoppingToken);

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<EndedRun> claimed;
        do
        {
            claimed = await store.ClaimAsync(options.Value.Lease, MaxTogether, cancellationToken);
            await Task.WhenAll(claimed.Select(run => TryAsync(run, cancellationToken)));
        }
        while (claimed.Count == MaxTogether);
    }

    /// <summary>An error concerns this workload only: it is claimed again when the lease ends.</summary>
    private async Task TryAsync(EndedRun run, CancellationToken cancellationToken)
    {
        try
        {
            await ComputeAsync(run, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not NpgsqlException { IsTransient: true })
        {
            if (time.GetUtcNow() - run.EndedAt < options.Value.GiveUpAfter)
            {
                logger.NotComputed(run.WorkloadId, options.Value.Lease, e is RpcException { Status: var status } ? $"{status.StatusCode} {status.Detail}" : e.Message);
                return;
            }

            logger.GivenUp(e, run.WorkloadId, options.Value.GiveUpAfter);
            await store.DropAsync(run, cancellationToken);
        }
    }

    private async Task ComputeAsync(EndedRun run, CancellationToken cancellationToken)
    {
        // What is synthetic is never counted.
        var work = run.Source == "synthetic" ? null : WorkOfRun.Of(run, JobEnergy.Default(assumptions.Value));
        if (work is not { Parts.Count: > 0 })
        {
            await store.DropAsync(run, cancellationToken);
            return;
        }

        var now = time.GetUtcNow();
        var (outcome, rows, isProvisional) = OutcomeRules.Compute(run, work, await ConditionsAsync(run, work, cancellationToken), now);
        DateTimeOffset? next = isProvisional && now - run.EndedAt < options.Value.RecheckFor ? now + options.Value.Recheck : null;
        await store.StoreAsync(run, outcome, rows, next, cancellationToken);
    }

    private async Task<Conditions> ConditionsAsync(EndedRun run, WorkOfRun work, CancellationToken cancellationToken)
    {
        var chosen = run.Chosen;
        var baseline = OutcomeRules.BaselineOf(work.Parts, run.SubmittedAt);
        // Without a region only the option tells what it was like there.
        var carbon = await signals.RegionOfAsync(chosen, cancellationToken) is { } region
            ? await signals.CarbonAsync(region, work.Parts, cancellationToken)
            : SignalSeries.Empty;
        return new Conditions(
            carbon,
            await signals.CarbonAsync(run.Home.RegionId, baseline, cancellationToken),
            SignalSeries.Of(await signals.PriceAsync(work.Parts, cancellationToken), await signals.PriceAsync(baseline, cancellationToken)),
            chosen.HasCarbonIntensityGco2Kwh ? chosen.CarbonIntensityGco2Kwh : null,
            run.IsBooked ? Place.OfPrice(chosen.Price) : null);
    }
}
