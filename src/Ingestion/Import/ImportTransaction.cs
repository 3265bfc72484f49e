using Npgsql;
using NpgsqlTypes;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;
using Pylon.Ingestion.Sources;

namespace Pylon.Ingestion.Import;

/// <summary>
/// One import in the database: lines go into a staging table by COPY, at the end one statement for each table brings them
/// to where they belong. Nothing of it is seen before the commit, and all of it afterwards.
/// </summary>
internal sealed class ImportTransaction(
    NpgsqlConnection connection, NpgsqlTransaction transaction, string source, ImportShape shape, ImportColumns columns,
    CarbonIndex index, DateTimeOffset capturedAt) : IAsyncDisposable
{
    private readonly HashSet<DateTimeOffset> _months = [];
    private NpgsqlBinaryImporter? _copy;
    private DateTimeOffset _first = DateTimeOffset.MaxValue;
    private DateTimeOffset _last = DateTimeOffset.MinValue;
    private (DateTimeOffset From, DateTimeOffset To) _month;
    private long _forecasts;
    private long _actuals;

    private bool IsCaptured => columns.CapturedAt >= 0;

    /// <summary>Stages a good line.</summary>
    public async ValueTask WriteAsync(ImportValue value, long line, string? body, CancellationToken cancellationToken)
    {
        _copy ??= await connection.BeginBinaryImportAsync(ImportSql.Copy, cancellationToken);
        Count(value);
        await _copy.StartRowAsync(cancellationToken);
        await Small(value.RegionId);
        await _copy.WriteAsync(value.Start, NpgsqlDbType.TimestampTz, cancellationToken);
        if (shape.Regional.Count == 0)
        {
            var period = SettlementPeriod.Containing(value.Start);
            await _copy.WriteAsync(period.Date, NpgsqlDbType.Date, cancellationToken);
            await Small(period.Number);
            await Number(value.Forecast);
            await _copy.WriteNullAsync(cancellationToken);
            await Number(value.Actual);
            await _copy.WriteNullAsync(cancellationToken);
        }
        else
        {
            await _copy.WriteNullAsync(cancellationToken);
            await _copy.WriteNullAsync(cancellationToken);
            await Number(value.Forecast);
            // Of a period that is over a source names the actual.
            await Text(value.Forecast is { } forecast ? (value.Actual is null ? value.Index : null) ?? index.NameOf(value.Start.Year, forecast) : null);
            await Number(value.Actual);
            await Text(value.Actual is { } actual ? value.Index ?? index.NameOf(value.Start.Year, actual) : null);
        }

        if (value is { CapturedAt: { } captured, Forecast: not null })
            await _copy.WriteAsync(captured, NpgsqlDbType.TimestampTz, cancellationToken);
        else
            await _copy.WriteNullAsync(cancellationToken);
        await _copy.WriteAsync(line, NpgsqlDbType.Bigint, cancellationToken);
        await Text(body);

        Task Small(int? number) => number is { } n ? _copy.WriteAsync((short)n, NpgsqlDbType.Smallint, cancellationToken) : _copy.WriteNullAsync(cancellationToken);
        Task Number(decimal? number) => number is { } n ? _copy.WriteAsync(n, NpgsqlDbType.Numeric, cancellationToken) : _copy.WriteNullAsync(cancellationToken);
        Task Text(string? text) => text is not null ? _copy.WriteAsync(text, NpgsqlDbType.Text, cancellationToken) : _copy.WriteNullAsync(cancellationToken);
    }

    /// <summary>Puts bad lines into the quarantine.</summary>
    public async Task QuarantineAsync(IReadOnlyList<Rejected> rejected, CancellationToken cancellationToken)
    {
        if (rejected.Count == 0)
            return;
        await EndCopyAsync(cancellationToken);
        await SeriesStore.QuarantineAsync(connection, source, capturedAt, shape.Name, rejected, cancellationToken);
    }

    /// <summary>Takes the lines out that tell of the same half hour and capture as an earlier one.</summary>
    public async Task<IReadOnlyList<Rejected>> TakeRepeatedAsync(CancellationToken cancellationToken)
    {
        var repeated = new List<Rejected>();
        if (!IsCaptured || _forecasts == 0)
            return repeated;
        await EndCopyAsync(cancellationToken);
        await using var command = SeriesStore.Command(connection, ImportSql.TakeRepeated);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            repeated.Add(new Rejected("an earlier line tells of the same", reader.GetString(1), reader.GetInt64(0)));
        _forecasts -= repeated.Count;
        return repeated;
    }

    /// <summary>Brings everything to its tables and commits.</summary>
    public async Task<Stored> CommitAsync(CancellationToken cancellationToken)
    {
        await EndCopyAsync(cancellationToken);
        var stored = Stored.Nothing;
        if (_forecasts + _actuals > 0)
        {
            var tables = (columns.Region >= 0 ? shape.Regional : shape.National).Where(table => Given(table) > 0).ToList();
            await SeriesStore.ExecuteAsync(connection, ImportSql.Analyze, cancellationToken);
            // All months first: whoever else makes some waits here, and holds nothing that this transaction could wait for.
            var begun = new Dictionary<string, DateTimeOffset[]>();
            foreach (var name in tables.Select(table => table.Name).Distinct())
                begun[name] = await BeginMonthsAsync(name, cancellationToken);
            if (begun.Values.Any(months => months.Length > 0))
                await SeriesStore.ExecuteAsync(connection, ImportSql.IndexByTime, cancellationToken);
            foreach (var table in tables)
                stored += await StoreAsync(table, begun[table.Name], cancellationToken);
            foreach (var (name, months) in begun.Where(one => one.Value.Length > 0))
                await SeriesStore.ExecuteAsync(connection, ImportSql.AttachMonths, cancellationToken, name, months);
            await DropSyntheticAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return stored;
    }

    public async ValueTask DisposeAsync()
    {
        if (_copy is not null)
            await _copy.DisposeAsync();
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    private void Count(in ImportValue value)
    {
        _forecasts += value.Forecast is null ? 0 : 1;
        _actuals += value.Actual is null ? 0 : 1;
        if (value.Start < _first)
            _first = value.Start;
        if (value.Start > _last)
            _last = value.Start;
        if (value.Start < _month.From || value.Start >= _month.To)
        {
            var month = Month.Of(value.Start);
            _month = (month, month.AddMonths(1));
            _months.Add(month);
        }
    }

    private async Task EndCopyAsync(CancellationToken cancellationToken)
    {
        if (_copy is null)
            return;
        await _copy.CompleteAsync(cancellationToken);
        await _copy.DisposeAsync();
        _copy = null;
    }

    private long Given(ImportTable table) => table.IsForecast ? _forecasts : _actuals;

    // Those that rows were written to by hand, before anybody made their partition, are made in the ordinary way.
    private async Task<DateTimeOffset[]> BeginMonthsAsync(string table, CancellationToken cancellationToken)
    {
        var begun = new List<DateTimeOffset>();
        await using (var command = SeriesStore.Command(connection, ImportSql.BeginMonths, table, _months.ToArray()))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                begun.Add(reader.GetFieldValue<DateTimeOffset>(0));
        }

        await SeriesStore.EnsureMonthsAsync(connection, _months.Except(begun).Select(month => (table, month)).ToList(), cancellationToken);
        return [.. begun];
    }

    private async Task<Stored> StoreAsync(ImportTable table, DateTimeOffset[] begun, CancellationToken cancellationToken)
    {
        var (added, changed) = (0L, 0L);
        foreach (var month in begun)
        {
            await using var fill = SeriesStore.Command(connection, ImportSql.Fill(table, month, IsCaptured), source, capturedAt, month, month.AddMonths(1));
            added += await fill.ExecuteNonQueryAsync(cancellationToken);
        }

        if (_months.Count > begun.Length)
        {
            await using var merge = SeriesStore.Command(
                connection, ImportSql.Merge(table, IsCaptured), source, capturedAt, _first, _last, _months.Except(begun).ToArray());
            await using var reader = await merge.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            (added, changed) = (added + reader.GetInt64(0), reader.GetInt64(1));
        }

        return new Stored(added, changed, Given(table) - added - changed);
    }

    private async Task DropSyntheticAsync(CancellationToken cancellationToken)
    {
        foreach (var table in columns.Region >= 0 ? shape.Regional : shape.National)
        {
            foreach (var (ended, only) in table.Ends)
                await SeriesStore.ExecuteAsync(connection, ImportSql.DropSynthetic(table, ended, only), cancellationToken, _first, _last);
        }
    }
}
