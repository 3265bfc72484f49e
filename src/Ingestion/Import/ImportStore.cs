using Npgsql;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;

namespace Pylon.Ingestion.Import;

/// <summary>Begins imports.</summary>
internal sealed class ImportStore(NpgsqlDataSource dataSource, RegionalStore regions, TimeProvider time)
{
    /// <summary>Begins the transaction of one import; one of the same source that is under way is waited for.</summary>
    public async Task<ImportTransaction> BeginAsync(string source, ImportShape shape, ImportColumns columns, CancellationToken cancellationToken)
    {
        var index = await regions.ReadIndexAsync(cancellationToken);
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await SeriesStore.ExecuteAsync(connection, SeriesSql.Lock, cancellationToken, source);
            await SeriesStore.ExecuteAsync(connection, ImportSql.Stage, cancellationToken);
            // After the lock: what an import before this one has stored was captured before.
            return new ImportTransaction(connection, transaction, source, shape, columns, index, time.GetUtcNow());
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
