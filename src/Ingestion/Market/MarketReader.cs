using Google.Protobuf.WellKnownTypes;
using Npgsql;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;
using Pylon.Ingestion.Zones;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Ingestion.Market;

/// <summary>Reads what providers offer.</summary>
internal sealed class MarketReader(NpgsqlDataSource dataSource)
{
    private const string WindowColumns =
        """
        w.id, w.item_id, w.provider_id, w.grid_zone_id, w.name, w.window_start, w.window_end, w.renewable_mix_percent, w.carbon_intensity_gco2_kwh,
        w.available_capacity_mw, w.source, w.captured_at, w.withdrawn_at
        """;

    private const string Open =
        $"""
        SELECT {WindowColumns}, z.grid_zone_code, z.zone_name, z.locality, z.region, z.country, z.region_id, z.source
        FROM compute_windows w LEFT JOIN grid_zones z ON z.id = w.grid_zone_id
        WHERE w.window_end > $1 AND w.withdrawn_at IS NULL
        ORDER BY w.renewable_mix_percent DESC, w.carbon_intensity_gco2_kwh NULLS LAST, w.window_start, w.id
        LIMIT $2
        """;

    private const string Windows =
        $"""
        SELECT {WindowColumns} FROM compute_windows w
        WHERE ($1::uuid IS NULL OR grid_zone_id = $1) AND ($2::timestamptz IS NULL OR (window_start, id) > ($2, $3))
        ORDER BY window_start, id LIMIT $4
        """;

    private const string OfferColumns = "id, offer_id, compute_window_id, price::float8, currency, unit, source, captured_at";

    private const string OffersOf = $"SELECT {OfferColumns} FROM offers WHERE compute_window_id = ANY ($1) ORDER BY price, id";

    private const string Offers =
        $"SELECT {OfferColumns} FROM offers WHERE ($1::uuid IS NULL OR compute_window_id = $1) AND id > $2 ORDER BY id LIMIT $3";

    /// <summary>The windows that end after <paramref name="now"/>, greenest first.</summary>
    public async Task<IReadOnlyList<CatalogEntry>> CatalogAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        var entries = await dataSource.Command(Open, now, limit).ListAsync(
            reader => new CatalogEntry { Window = Window(reader), GridZone = reader.IsDBNull(3) ? null : ZoneMessage.From(ZoneOf(reader)) },
            cancellationToken);
        var offers = (await dataSource.Command(OffersOf, entries.Select(e => Guid.Parse(e.Window.Id)).ToArray()).ListAsync(Offer, cancellationToken))
            .ToLookup(o => o.ComputeWindowId);
        foreach (var entry in entries)
            entry.Offers.AddRange(offers[entry.Window.Id]);
        return entries;
    }

    public Task<List<ComputeWindow>> WindowsAsync(Guid? zoneId, PageToken? after, int limit, CancellationToken cancellationToken) =>
        dataSource.Command(Windows, Sql.Uuid(zoneId), Sql.Time(after?.Time), after?.Id ?? Guid.Empty, limit).ListAsync(Window, cancellationToken);

    public Task<List<Offer>> OffersAsync(Guid? windowId, Guid after, int limit, CancellationToken cancellationToken) =>
        dataSource.Command(Offers, Sql.Uuid(windowId), after, limit).ListAsync(Offer, cancellationToken);

    private static ComputeWindow Window(NpgsqlDataReader reader)
    {
        var window = new ComputeWindow
        {
            Id = reader.GetGuid(0).ToString(),
            ItemId = reader.GetString(1),
            ProviderId = reader.GetString(2),
            GridZoneId = reader.IsDBNull(3) ? "" : reader.GetGuid(3).ToString(),
            Name = reader.GetString(4),
            Window = new Window { StartTime = At(reader, 5), EndTime = At(reader, 6) },
            RenewableMixPercent = reader.GetDouble(7),
            Source = reader.GetString(10),
            CapturedAt = At(reader, 11),
            WithdrawnAt = reader.IsDBNull(12) ? null : At(reader, 12),
        };
        if (!reader.IsDBNull(8))
            window.CarbonIntensityGco2Kwh = reader.GetDouble(8);
        if (!reader.IsDBNull(9))
            window.AvailableCapacityMw = reader.GetDouble(9);
        return window;
    }

    private static Offer Offer(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetGuid(0).ToString(),
        OfferId = reader.GetString(1),
        ComputeWindowId = reader.GetGuid(2).ToString(),
        Price = new Price { Value = reader.GetDouble(3), Currency = reader.GetString(4), Unit = reader.GetString(5) },
        Source = reader.GetString(6),
        CapturedAt = At(reader, 7),
    };

    private static Zone ZoneOf(NpgsqlDataReader reader)
    {
        return new Zone(
            reader.GetGuid(3), Text(13), Text(14), Text(15), Text(16), Text(17), reader.IsDBNull(18) ? null : reader.GetInt16(18), reader.GetString(19));

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    private static Timestamp At(NpgsqlDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column).ToTimestamp();
}
