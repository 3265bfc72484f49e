using Npgsql;
using NpgsqlTypes;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Settlement;
using Pylon.Ingestion.Sources;

namespace Pylon.Ingestion.Series;

/// <summary>Stores what a body gave: all of it or, when something fails, none of it. Storing the same again changes nothing.</summary>
internal sealed class SeriesStore(NpgsqlDataSource dataSource, RegionalStore regions)
{
    // An import of years takes its time; the caller's token ends it earlier.
    private const int Timeout = 600;

    /// <param name="harvest">What was read.</param>
    /// <param name="source">For example carbon-intensity.</param>
    /// <param name="capturedAt">When it was fetched: when values without a time of publication became known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Stored> StoreAsync(Harvest harvest, string source, DateTimeOffset capturedAt, CancellationToken cancellationToken)
    {
        // PostgreSQL keeps microseconds; what is compared must be what is kept.
        capturedAt = new DateTimeOffset(capturedAt.UtcTicks / 10 * 10, TimeSpan.Zero);
        var index = await regions.ReadIndexAsync(cancellationToken);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await EnsureMonthsAsync(connection, harvest, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, SeriesSql.Lock, cancellationToken, source);
        await ExecuteAsync(connection, SeriesSql.Stage, cancellationToken);
        await StageAsync(connection, harvest, index, cancellationToken);

        var stored = Stored.Nothing;
        if (harvest.Intensities.Count > 0)
        {
            stored += await ApplyAsync(SeriesSql.NationalForecasts, harvest.Intensities.Count(v => v.RegionId is null && v.Forecast is not null));
            stored += await ApplyAsync(SeriesSql.NationalActuals, harvest.Intensities.Count(v => v.RegionId is null && v.Actual is not null));
            stored += await ApplyAsync(SeriesSql.RegionalForecasts, harvest.Intensities.Count(v => v.RegionId is not null && v.Forecast is not null));
            stored += await ApplyAsync(SeriesSql.RegionalActuals, harvest.Intensities.Count(v => v.RegionId is not null && v.Actual is not null));
        }

        stored += await ApplyAsync(SeriesSql.NationalMixes, harvest.Mixes.Count(v => v.RegionId is null));
        stored += await ApplyAsync(SeriesSql.RegionalMixes, harvest.Mixes.Count(v => v.RegionId is not null));
        stored += await ApplyAsync(SeriesSql.DemandForecasts, harvest.DemandForecasts.Count);
        stored += await ApplyAsync(SeriesSql.DemandActuals, harvest.DemandActuals.Count);
        stored += await ApplyAsync(SeriesSql.Prices, harvest.Prices.Count);
        stored += await ApplyAsync(SeriesSql.Embedded, harvest.Embedded.Count);
        await ExecuteAsync(connection, SeriesSql.DropSynthetic, cancellationToken);
        if (harvest.Rejected.Count > 0)
            await QuarantineAsync(connection, source, capturedAt, harvest.Dataset, harvest.Rejected, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return stored;

        async Task<Stored> ApplyAsync(string sql, int given)
        {
            if (given == 0)
                return Stored.Nothing;
            await using var command = Command(connection, sql, source, capturedAt);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            return new Stored(reader.GetInt64(0), reader.GetInt64(1), given - reader.GetInt64(0) - reader.GetInt64(1));
        }
    }

    public static Task QuarantineAsync(
        NpgsqlConnection connection, string source, DateTimeOffset seenAt, string dataset, IReadOnlyList<Rejected> rejected, CancellationToken cancellationToken) =>
        ExecuteAsync(
            connection, SeriesSql.Quarantine, cancellationToken, source, seenAt, dataset,
            rejected.Select(r => Storable(r.Reason)).ToArray(), rejected.Select(r => Storable(r.Body)).ToArray());

    /// <summary>In a transaction of its own: a partition is made once, and others wait for it no longer than that.</summary>
    public static async Task EnsureMonthsAsync(
        NpgsqlConnection connection, IReadOnlyList<(string Table, DateTimeOffset Month)> months, CancellationToken cancellationToken)
    {
        if (months.Count > 0)
            await ExecuteAsync(connection, SeriesSql.EnsureMonths, cancellationToken, months.Select(m => m.Table).ToArray(), months.Select(m => m.Month).ToArray());
    }

    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = Timeout };
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }

    // A text of PostgreSQL has no zero character, and a body may be anything.
    private static string Storable(string text) => text.Replace("\0", "\uFFFD");

    private static Task EnsureMonthsAsync(NpgsqlConnection connection, Harvest harvest, CancellationToken cancellationToken)
    {
        var months = Of("carbon_intensity_national", harvest.Intensities.Where(v => v.RegionId is null).Select(v => v.Start))
            .Concat(Of("carbon_intensity_regional", harvest.Intensities.Where(v => v.RegionId is not null).Select(v => v.Start)))
            .Concat(Of("generation_mix_national", harvest.Mixes.Where(v => v.RegionId is null).Select(v => v.Start)))
            .Concat(Of("generation_mix_regional", harvest.Mixes.Where(v => v.RegionId is not null).Select(v => v.Start)))
            .Concat(Of("demand_forecast_national", harvest.DemandForecasts.Select(v => v.Start)))
            .Concat(Of("demand_actual_national", harvest.DemandActuals.Select(v => v.Period.Start)))
            .Concat(Of("wholesale_prices", harvest.Prices.Select(v => v.Period.Start)))
            .Concat(Of("embedded_generation_forecast", harvest.Embedded.Select(v => v.Start)))
            .ToList();
        return EnsureMonthsAsync(connection, months, cancellationToken);

        static IEnumerable<(string Table, DateTimeOffset Month)> Of(string table, IEnumerable<DateTimeOffset> starts) =>
            starts.Select(Month.Of).Distinct().Order().Select(month => (table, month));
    }

    private static async Task StageAsync(NpgsqlConnection connection, Harvest harvest, CarbonIndex index, CancellationToken cancellationToken)
    {
        await CopyAsync("staged_intensity", harvest.Intensities, v =>
        [
            (short?)v.RegionId, v.Start, v.Forecast,
            // Of a period that is over the source names the actual.
            v.Forecast is { } f ? (v.Actual is null ? v.Index : null) ?? index.NameOf(v.Start.Year, f) : null,
            v.Actual, v.Actual is { } a ? v.Index ?? index.NameOf(v.Start.Year, a) : null,
        ], NpgsqlDbType.Smallint, NpgsqlDbType.TimestampTz, NpgsqlDbType.Numeric, NpgsqlDbType.Text, NpgsqlDbType.Numeric, NpgsqlDbType.Text);
        await CopyAsync(
            "staged_mix", harvest.Mixes.SelectMany(v => v.Mix.Select(f => (v, f))), x => [(short?)x.v.RegionId, x.v.Start, x.f.Fuel, x.f.Percent],
            NpgsqlDbType.Smallint, NpgsqlDbType.TimestampTz, NpgsqlDbType.Text, NpgsqlDbType.Numeric);
        await CopyAsync(
            "staged_demand_forecast", harvest.DemandForecasts,
            v => [v.Start, v.End, v.Period.Date, (short)v.Period.Number, v.CardinalPoint, v.Mw, v.Details, v.PublishedAt],
            NpgsqlDbType.TimestampTz, NpgsqlDbType.TimestampTz, NpgsqlDbType.Date, NpgsqlDbType.Smallint, NpgsqlDbType.Text, NpgsqlDbType.Numeric,
            NpgsqlDbType.Jsonb, NpgsqlDbType.TimestampTz);
        await CopyAsync(
            "staged_demand_actual", harvest.DemandActuals,
            v => [v.Period.Start, v.Period.Date, (short)v.Period.Number, v.Mw, v.TransmissionMw, v.Details],
            NpgsqlDbType.TimestampTz, NpgsqlDbType.Date, NpgsqlDbType.Smallint, NpgsqlDbType.Numeric, NpgsqlDbType.Numeric, NpgsqlDbType.Jsonb);
        await CopyAsync(
            "staged_price", harvest.Prices,
            v => [v.Period.Start, v.Period.Date, (short)v.Period.Number, v.Type, v.Provider, v.Price, v.BuyPrice, v.VolumeMwh, v.Details],
            NpgsqlDbType.TimestampTz, NpgsqlDbType.Date, NpgsqlDbType.Smallint, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Numeric,
            NpgsqlDbType.Numeric, NpgsqlDbType.Numeric, NpgsqlDbType.Jsonb);
        await CopyAsync(
            "staged_embedded", harvest.Embedded, v => [v.Start, v.WindMw, v.WindCapacityMw, v.SolarMw, v.SolarCapacityMw],
            NpgsqlDbType.TimestampTz, NpgsqlDbType.Numeric, NpgsqlDbType.Numeric, NpgsqlDbType.Numeric, NpgsqlDbType.Numeric);

        async Task CopyAsync<T>(string table, IEnumerable<T> values, Func<T, object?[]> columns, params NpgsqlDbType[] types)
        {
            if (!values.Any())
                return;
            await using var import = await connection.BeginBinaryImportAsync($"COPY {table} FROM STDIN (FORMAT BINARY)", cancellationToken);
            foreach (var value in values)
            {
                await import.StartRowAsync(cancellationToken);
                var row = columns(value);
                for (var i = 0; i < row.Length; i++)
                {
                    if (row[i] is { } cell)
                        await import.WriteAsync(cell, types[i], cancellationToken);
                    else
                        await import.WriteNullAsync(cancellationToken);
                }
            }

            await import.CompleteAsync(cancellationToken);
        }
    }
}
