using Npgsql;
using Pylon.Ingestion.Regional;

namespace Pylon.Ingestion.Series;

/// <summary>Stores values of the series. Storing the same again changes nothing.</summary>
internal sealed class SeriesStore(NpgsqlDataSource dataSource, RegionalStore regions, TimeProvider time)
{
    /// <summary>Begins a transaction; one of the same source that is under way is waited for.</summary>
    /// <param name="source">For example carbon-intensity.</param>
    /// <param name="capturedAt">When values that do not say so became known; null for the moment at which the lock is held.</param>
    /// <param name="keepsEveryCapture">False leaves out a forecast that equals the one known before.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<SeriesBatch> BeginAsync(string source, DateTimeOffset? capturedAt, bool keepsEveryCapture, CancellationToken cancellationToken)
    {
        var index = await regions.ReadIndexAsync(cancellationToken);
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await SeriesBatch.ExecuteAsync(connection, SeriesSql.Lock, cancellationToken, source);
            await SeriesBatch.ExecuteAsync(connection, SeriesSql.Stage, cancellationToken);
            // After the lock: what a transaction before this one has stored was captured before.
            return new SeriesBatch(connection, transaction, source, capturedAt ?? time.GetUtcNow(), keepsEveryCapture, index);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stores what was read from one body and quarantines the rest: all of it or, when something fails, none.</summary>
    /// <param name="source">For example carbon-intensity.</param>
    /// <param name="dataset">For the quarantine.</param>
    /// <param name="values">The good ones.</param>
    /// <param name="rejected">The others.</param>
    /// <param name="capturedAt">When it was asked for.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="run">The ingestion run that stores it; null outside of one.</param>
    public async Task<Stored> StoreAsync(
        string source, string dataset, IEnumerable<SeriesValue> values, IReadOnlyList<Rejected> rejected, DateTimeOffset capturedAt, CancellationToken cancellationToken,
        Guid? run = null)
    {
        await using var batch = await BeginAsync(source, capturedAt, keepsEveryCapture: false, cancellationToken);
        if (run is { } id)
            await batch.HoldAsync(id, cancellationToken);
        foreach (var value in values)
            await batch.WriteAsync(value, line: null, body: null, cancellationToken);
        await batch.QuarantineAsync(dataset, rejected, cancellationToken);
        return await batch.CommitAsync(cancellationToken);
    }
}
