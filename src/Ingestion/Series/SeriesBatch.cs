using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Settlement;
using Pylon.Postgres;

namespace Pylon.Ingestion.Series;

/// <summary>
/// One transaction: values go into a staging table by COPY; at the end one statement for each table merges them. Nothing of
/// it is visible before the commit, and all of it afterwards.
/// </summary>
internal sealed class SeriesBatch : IAsyncDisposable
{
    // An import of years takes its time; the caller's token ends it earlier.
    private const int Timeout = 600;

    // The reason is part of a key.
    private const int LongestReason = 300;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly string _source;
    private readonly DateTimeOffset _capturedAt;
    private readonly bool _keepsEveryCapture;
    private readonly CarbonIndex _index;
    private readonly List<Target> _targets = [];
    private NpgsqlBinaryImporter? _copy;
    private DateTimeOffset _first = DateTimeOffset.MaxValue;
    private DateTimeOffset _last = DateTimeOffset.MinValue;

    public SeriesBatch(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string source, DateTimeOffset capturedAt, bool keepsEveryCapture, CarbonIndex index)
    {
        (_connection, _transaction, _source, _keepsEveryCapture, _index) = (connection, transaction, source, keepsEveryCapture, index);
        // PostgreSQL keeps microseconds; what is compared must be what is kept.
        _capturedAt = new DateTimeOffset(capturedAt.UtcTicks / 10 * 10, TimeSpan.Zero);
    }

    /// <summary>Stages a value.</summary>
    /// <param name="value">Within the bounds of its series; rounded here to what its table keeps.</param>
    /// <param name="line">Its number in the file, for <see cref="TakeRepeatedAsync"/>.</param>
    /// <param name="body">The line itself, likewise; null where none is repeated.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async ValueTask WriteAsync(SeriesValue value, long? line, string? body, CancellationToken cancellationToken)
    {
        _copy ??= await _connection.BeginBinaryImportAsync(SeriesSql.Copy, cancellationToken);
        var (copy, table) = (_copy, value.Table);
        var target = Count(value);
        var number = Round(value.Number, table.Decimals);
        await copy.StartRowAsync(cancellationToken);
        await copy.WriteAsync(target, NpgsqlDbType.Smallint, cancellationToken);
        await WriteAsync(copy, (short?)value.RegionId, NpgsqlDbType.Smallint, cancellationToken);
        await copy.WriteAsync(value.Start, NpgsqlDbType.TimestampTz, cancellationToken);
        await WriteAsync(copy, value.End, NpgsqlDbType.TimestampTz, cancellationToken);
        var period = table.HasSettlement ? SettlementPeriod.Containing(value.Start) : (SettlementPeriod?)null;
        await WriteAsync(copy, period?.Date, NpgsqlDbType.Date, cancellationToken);
        await WriteAsync(copy, (short?)period?.Number, NpgsqlDbType.Smallint, cancellationToken);
        await WriteAsync(copy, table.Label.Length > 0 ? value.Label : null, NpgsqlDbType.Text, cancellationToken);
        await WriteAsync(copy, number, NpgsqlDbType.Numeric, cancellationToken);
        await WriteAsync(
            copy, value.Others.Count == 0 ? null : value.Others.Select((other, n) => Round(other, table.Others[n].Decimals)).ToArray(),
            NpgsqlDbType.Array | NpgsqlDbType.Numeric, cancellationToken);
        await WriteAsync(copy, table.HasIndex ? value.Index ?? _index.NameOf(value.Start.Year, number!.Value) : null, NpgsqlDbType.Text, cancellationToken);
        await WriteAsync(
            copy, table.IsMix ? JsonSerializer.Serialize(value.Mix.ToDictionary(f => f.Fuel, f => Round(f.Percent, table.Decimals))) : value.Details,
            NpgsqlDbType.Jsonb, cancellationToken);
        await copy.WriteAsync(value.CapturedAt ?? _capturedAt, NpgsqlDbType.TimestampTz, cancellationToken);
        await WriteAsync(copy, body is null ? null : line, NpgsqlDbType.Bigint, cancellationToken);
        await WriteAsync(copy, body, NpgsqlDbType.Text, cancellationToken);
    }

    /// <summary>Ends the batch with an exception when the ingestion run is not the current one any more.</summary>
    public async Task HoldAsync(Guid run, CancellationToken cancellationToken)
    {
        await using var command = Command(_connection, SeriesSql.HoldRun, run);
        if (await command.ExecuteScalarAsync(cancellationToken) is not true)
            throw new RunSupersededException();
    }

    /// <summary>Puts rows that cannot be stored into the quarantine.</summary>
    public async Task QuarantineAsync(string dataset, IReadOnlyList<Rejected> rejected, CancellationToken cancellationToken)
    {
        if (rejected.Count == 0)
            return;
        await EndCopyAsync(cancellationToken);
        await ExecuteAsync(
            _connection, SeriesSql.Quarantine, cancellationToken, _source, _capturedAt, dataset,
            rejected.Select(r => Storable(r.Reason.Length > LongestReason ? r.Reason[..LongestReason] : r.Reason)).ToArray(), rejected.Select(r => Storable(r.Body)).ToArray());

        // A text of PostgreSQL has no NUL character and is UTF-8, and a body may be anything.
        static string Storable(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace("\0", "\uFFFD");
    }

    /// <summary>Takes out the lines whose forecast repeats the half hour and the capture of an earlier line.</summary>
    public async Task<IReadOnlyList<(long Line, string Body)>> TakeRepeatedAsync(CancellationToken cancellationToken)
    {
        var repeated = new Dictionary<long, string>();
        var captured = _targets.Select((target, n) => (target.HasOwnCaptures, Number: (short)n)).Where(t => t.HasOwnCaptures).Select(t => t.Number).ToArray();
        if (captured.Length > 0)
        {
            await EndCopyAsync(cancellationToken);
            await using var command = Command(_connection, SeriesSql.TakeRepeated, captured);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                _targets[reader.GetInt16(0)].Months[Month.Of(reader.GetFieldValue<DateTimeOffset>(1))]--;
                repeated[reader.GetInt64(2)] = reader.GetString(3);
            }
        }

        return [.. repeated.Select(line => (line.Key, line.Value))];
    }

    /// <summary>Merges all staged values into their tables and commits.</summary>
    public async Task<Stored> CommitAsync(CancellationToken cancellationToken)
    {
        await EndCopyAsync(cancellationToken);
        var stored = Stored.Nothing;
        if (_targets.Count > 0)
        {
            await ExecuteAsync(_connection, SeriesSql.Analyze, cancellationToken);
            await ExecuteAsync(_connection, SeriesSql.LockTables(_targets.SelectMany(target => target.Table.Replaces.Append(target.Table.Name))), cancellationToken);
            var tables = _targets.GroupBy(target => target.Table.Name).OrderBy(table => table.Key, StringComparer.Ordinal).ToList();
            var begun = new Dictionary<string, BegunMonths>();
            foreach (var table in tables)
                begun[table.Key] = await BeginMonthsAsync(table.Key, [.. table.SelectMany(target => target.Months.Keys).Distinct()], cancellationToken);
            if (begun.Values.Any(months => months.All.Any()))
                await ExecuteAsync(_connection, SeriesSql.IndexByTime, cancellationToken);
            foreach (var target in tables.SelectMany(table => table))
                stored += await StoreAsync(target, begun[target.Table.Name], cancellationToken);
            foreach (var (target, synthetic) in tables.SelectMany(table => table).SelectMany(target => target.Table.Replaces.Select(synthetic => (target, synthetic))))
                await ExecuteAsync(_connection, SeriesSql.DropSynthetic(target.Table, synthetic), cancellationToken, _source, _first, _last, NumberOf(target));
            foreach (var (table, months) in begun.Where(one => one.Value.New.Length > 0))
                await ExecuteAsync(_connection, SeriesSql.AttachMonths, cancellationToken, table, months.New);
            // Last, because from here to the commit nobody reads the table.
            foreach (var (table, months) in begun.Where(one => one.Value.Empty.Length > 0))
                await ExecuteAsync(_connection, SeriesSql.ReplaceEmptyMonths, cancellationToken, table, months.Empty);
        }

        await _transaction.CommitAsync(cancellationToken);
        return stored;
    }

    public async ValueTask DisposeAsync()
    {
        if (_copy is not null)
            await _copy.DisposeAsync();
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = Timeout };
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }

    private static decimal? Round(decimal? value, int decimals) =>
        value is { } number ? Math.Round(number, decimals, MidpointRounding.AwayFromZero) : null;

    private static Task WriteAsync<T>(NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken cancellationToken)
        where T : struct =>
        value is { } given ? copy.WriteAsync(given, type, cancellationToken) : copy.WriteNullAsync(cancellationToken);

    private static Task WriteAsync<T>(NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken cancellationToken)
        where T : class =>
        value is not null ? copy.WriteAsync(value, type, cancellationToken) : copy.WriteNullAsync(cancellationToken);

    private short Count(SeriesValue value)
    {
        var n = 0;
        while (n < _targets.Count && _targets[n].Table != value.Table)
            n++;
        if (n == _targets.Count)
            _targets.Add(new Target(value.Table));

        if (value.Start < _first)
            _first = value.Start;
        if (value.Start > _last)
            _last = value.Start;
        _targets[n].Add(value);
        return (short)n;
    }

    private short NumberOf(Target target) => (short)_targets.IndexOf(target);

    private async Task EndCopyAsync(CancellationToken cancellationToken)
    {
        if (_copy is null)
            return;
        await _copy.CompleteAsync(cancellationToken);
        await _copy.DisposeAsync();
        _copy = null;
    }

    private async Task<BegunMonths> BeginMonthsAsync(string table, DateTimeOffset[] months, CancellationToken cancellationToken)
    {
        var made = await MonthsAsync(SeriesSql.BeginMonths, months);
        var empty = made.Length == months.Length ? [] : await MonthsAsync(SeriesSql.BeginEmptyMonths, [.. months.Except(made)]);
        var begun = new BegunMonths(made, empty);
        if (months.Except(begun.All).ToArray() is { Length: > 0 } others)
            await ExecuteAsync(_connection, SeriesSql.EnsureMonths, cancellationToken, table, others);
        return begun;

        async Task<DateTimeOffset[]> MonthsAsync(string sql, DateTimeOffset[] asked) =>
            [.. await Command(_connection, sql, table, asked).ListAsync(row => row.GetFieldValue<DateTimeOffset>(0), cancellationToken)];
    }

    private async Task<Stored> StoreAsync(Target target, BegunMonths begun, CancellationToken cancellationToken)
    {
        var (number, added, changed) = (NumberOf(target), 0L, 0L);
        foreach (var month in begun.All)
        {
            await ExecuteAsync(_connection, SeriesSql.Fill(target.Table, month, begun.Empty.Contains(month)), cancellationToken, _source, month, month.AddMonths(1), number);
            added += target.Months.GetValueOrDefault(month);
        }

        var there = target.Months.Keys.Except(begun.All).ToArray();
        if (there.Length > 0)
        {
            await using var merge = Command(
                _connection, SeriesSql.Merge(target.Table, target.HasOwnCaptures, _keepsEveryCapture), _source, _first, _last, number, there);
            await using var reader = await merge.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            (added, changed) = (added + reader.GetInt64(0), reader.GetInt64(1));
        }

        return new Stored(added, changed, target.Months.Values.Sum() - added - changed);
    }

    /// <summary>The months of a table that each have a table of its own, which is filled and then becomes the month.</summary>
    /// <param name="New">Were not there.</param>
    /// <param name="Empty">Were there without a row.</param>
    private sealed record BegunMonths(DateTimeOffset[] New, DateTimeOffset[] Empty)
    {
        public IEnumerable<DateTimeOffset> All => New.Concat(Empty);
    }

    /// <summary>A table with the values staged for it, counted by month; its place in the list is its number in the staging table.</summary>
    private sealed class Target(SeriesTable table)
    {
        public SeriesTable Table { get; } = table;

        private DateTimeOffset _month = DateTimeOffset.MinValue;
        private DateTimeOffset _next = DateTimeOffset.MinValue;

        public Dictionary<DateTimeOffset, long> Months { get; } = [];

        public bool HasOwnCaptures { get; private set; }

        public void Add(SeriesValue value)
        {
            HasOwnCaptures |= value.CapturedAt is not null;
            if (value.Start < _month || value.Start >= _next)
                (_month, _next) = (Month.Of(value.Start), Month.Of(value.Start).AddMonths(1));
            CollectionsMarshal.GetValueRefOrAddDefault(Months, _month, out _)++;
        }
    }
}
