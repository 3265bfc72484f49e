using System.Runtime.CompilerServices;
using Pylon.Ingestion.Clients;
using Pylon.Ingestion.Market;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Sources;
using Pylon.Postgres;

namespace Pylon.Ingestion.Runs;

/// <summary>
/// Runs ingestion: reads all sources at once, each independently. One ingestion run at a time over all instances; one that
/// died in the middle is marked as abandoned by the next, which reads everything again and so completes it.
/// </summary>
internal sealed class PipelineRunner(
    RunStore runs, SeriesStore series, MarketStore market, IEnumerable<GridSource> sources, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<PipelineRunner> logger)
{
    private const int MostSpans = 100;

    // All sources share a lock. The most requests are those after an outage, some dozens.
    private static readonly TimeSpan LongestVisit = TimeSpan.FromMinutes(30);

    public IReadOnlyList<string> Names { get; } = [.. sources.Select(s => s.Name)];

    /// <summary>
    /// Begins a run and returns it with the task that ends with it. Null when one runs already, or began after
    /// <paramref name="unlessSince"/>.
    /// </summary>
    public async Task<(Guid Id, Task Done)?> TryBeginAsync(
        string trigger, Guid? requestId, IReadOnlyCollection<string> only, DateTimeOffset unlessSince, CancellationToken cancellationToken)
    {
        var held = await runs.TryLockAsync(cancellationToken);
        if (held is null)
            return null;
        var id = Guid.CreateVersion7();
        var begun = false;
        try
        {
            begun = await runs.BeginAsync(id, requestId, trigger, time.GetUtcNow(), unlessSince, cancellationToken);
        }
        finally
        {
            if (!begun)
                await held.DisposeAsync();
        }

        if (!begun)
            return null;
        var chosen = sources.Where(s => only.Count == 0 || only.Contains(s.Name)).ToList();
        return (id, Task.Run(() => RunAsync(held, id, chosen, lifetime.ApplicationStopping), CancellationToken.None));
    }

    private async Task RunAsync(Session held, Guid id, IReadOnlyList<GridSource> chosen, CancellationToken cancellationToken)
    {
        try
        {
            var outcomes = await Task.WhenAll(chosen.Select(source => IngestAsync(id, source, cancellationToken)));
            var status = outcomes.All(o => o.Status == "succeeded") ? "succeeded" : outcomes.All(o => o.Status == "failed") ? "failed" : "partial";
            await runs.EndAsync(id, status, outcomes, time.GetUtcNow(), cancellationToken);
            logger.RunEnded(id, status, outcomes.Sum(o => o.New), outcomes.Sum(o => o.Changed), outcomes.Sum(o => o.Rejected));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.RunFailed(id, e);
        }
        catch (Exception e)
        {
            logger.RunStopped(id, e is OperationCanceledException ? null : e);
        }
        finally
        {
            await held.DisposeAsync();
        }
    }

    private async Task<SourceOutcome> IngestAsync(Guid run, GridSource source, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        await runs.BeginSourceAsync(run, source.Name, started, cancellationToken);
        var stored = Stored.Nothing;
        var errors = new List<string>();
        var missing = new List<MissingSpan>();
        var (read, rejected, good) = (0L, 0L, 0);
        // A value became known when it was asked for: what another run asked for later is not overwritten by this one.
        var asked = started;
        await foreach (var reading in VisitAsync(source, started, await runs.LastSuccessAsync(source.Name, cancellationToken), cancellationToken))
        {
            var error = reading.Error;
            // The run has words for it. An error of our own words is said by them; of any other the cause is only here.
            if (reading.Exception is { } swallowed and not SourceException { InnerException: null })
                logger.DatasetNotRead(SourceException.Words(swallowed) is null ? LogLevel.Error : LogLevel.Warning, source.Name, reading.Dataset, swallowed);
            try
            {
                if (reading.Body is { } parsed)
                {
                    stored += await series.StoreAsync(source.Name, parsed.Dataset, parsed.Values, parsed.Rejected, asked, cancellationToken, run);
                    if (parsed.CatalogueOf is { } provider)
                        stored += await market.StoreAsync(provider, parsed.Windows, parsed.IsCompleteCatalogue, asked, cancellationToken, run);
                    reading.IsStored = error is null;
                    (read, rejected) = (read + parsed.RowsRead, rejected + parsed.Rejected.Count);
                    missing.AddRange(parsed.Missing);
                }
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                error = e is RunSupersededException ? e.Message : PostgresFailure.IsTransient(e) ? "not stored: PostgreSQL is unreachable" : $"not stored ({e.GetType().Name}); the log has the details";
                logger.DatasetNotStored(source.Name, reading.Dataset, e);
            }

            if (error is null)
                good++;
            else
                errors.Add($"{reading.Dataset}: {error}");
            asked = time.GetUtcNow();
        }

        var status = errors.Count == 0 ? "succeeded" : good > 0 ? "partial" : "failed";
        if (errors.Count > 0)
            logger.SourceFailed(source.Name, string.Join("; ", errors));
        var outcome = new SourceOutcome(
            source.Name, status, read, stored.New, stored.Changed, stored.Unchanged, rejected,
            missing.Sum(span => span.HalfHours), started, time.GetUtcNow(), string.Join("; ", errors), null)
        { MissingSpans = [.. missing.Take(MostSpans).Select(span => $"{span}")] };
        await runs.EndSourceAsync(run, outcome, cancellationToken);
        return outcome;
    }

    /// <summary>What the source gives; when it takes too long, an error in place of the rest.</summary>
    private async IAsyncEnumerable<Reading> VisitAsync(
        GridSource source, DateTimeOffset now, DateTimeOffset? since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var bound = new CancellationTokenSource(LongestVisit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        await using var readings = source.ReadAsync(now, since, either.Token).GetAsyncEnumerator(CancellationToken.None);
        var isOver = false;
        while (!isOver)
        {
            Reading next;
            try
            {
                if (!await readings.MoveNextAsync())
                    yield break;
                next = readings.Current;
            }
            catch (Exception) when (bound.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                (next, isOver) = (new Reading(source.Name, null, $"not read to its end within {LongestVisit.TotalMinutes:0} minutes"), true);
            }

            yield return next;
        }
    }
}
