using Npgsql;
using Pylon.Ingestion.Series;
using Pylon.Postgres;

namespace Pylon.Ingestion.SeriesReading;

/// <summary>Every statement on series_changes that its triggers do not make.</summary>
internal sealed class SeriesVersionStore(NpgsqlDataSource dataSource)
{
    // The sum too: a transaction that began earlier may end later, and a day-old row may go at the same time.
    private const string Read =
        "SELECT count(*) || '-' || coalesce(max(id), 0) || '-' || coalesce(sum(id), 0) FROM series_changes WHERE series_table = ANY ($1)";

    /// <summary>Changes with each transaction that changes a table of the series.</summary>
    public async Task<string> ReadAsync(SeriesDefinition series, bool isRegional, CancellationToken cancellationToken)
    {
        var tables = new[] { series.Table(isForecast: true, isRegional), series.Table(isForecast: false, isRegional) }
            .OfType<SeriesTable>().Select(table => table.Name).Distinct().ToArray();
        return (await dataSource.Command(Read, [tables]).ListAsync(reader => reader.GetString(0), cancellationToken))[0];
    }
}
