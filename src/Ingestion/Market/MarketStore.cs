using Npgsql;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;
using Pylon.Ingestion.Sources;
using Pylon.Ingestion.Zones;
using Pylon.Postgres;

namespace Pylon.Ingestion.Market;

/// <summary>Stores the windows and offers of catalogues. Storing the same again changes nothing.</summary>
internal sealed class MarketStore(NpgsqlDataSource dataSource, ZoneResolver zones)
{
    private const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended('pylon.ingestion.catalogue.' || $1, 0))";

    // A complete catalogue ($12) is the whole of what a provider has: what is not in it any more is withdrawn. A catalogue that
    // is older than what is stored changes nothing of it.
    private const string StoreWindows =
        """
        WITH given AS (
            SELECT * FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11)
                AS v (item_id, provider_id, grid_zone_id, name, window_start, window_end, renewable, intensity, capacity)),
        withdrawn AS (
            UPDATE compute_windows w SET withdrawn_at = $2
            WHERE $12 AND source = $1 AND withdrawn_at IS NULL AND window_end > $2 AND captured_at <= $2
              AND NOT EXISTS (SELECT FROM given g WHERE g.item_id = w.item_id AND g.window_start = w.window_start)
            RETURNING 1),
        stored AS (
            INSERT INTO compute_windows AS w
                (item_id, provider_id, grid_zone_id, name, window_start, window_end, renewable_mix_percent, carbon_intensity_gco2_kwh, available_capacity_mw, source, captured_at)
            SELECT item_id, provider_id, grid_zone_id, name, window_start, window_end, renewable, intensity, capacity, $1, $2 FROM given
            ON CONFLICT (source, item_id, window_start) DO UPDATE SET
                provider_id = excluded.provider_id, grid_zone_id = excluded.grid_zone_id, name = excluded.name, window_end = excluded.window_end,
                renewable_mix_percent = excluded.renewable_mix_percent, carbon_intensity_gco2_kwh = excluded.carbon_intensity_gco2_kwh,
                available_capacity_mw = excluded.available_capacity_mw, captured_at = excluded.captured_at, withdrawn_at = NULL
            WHERE greatest(w.captured_at, w.withdrawn_at) <= excluded.captured_at
              AND (w.provider_id, w.grid_zone_id, w.name, w.window_end, w.renewable_mix_percent, w.carbon_intensity_gco2_kwh, w.available_capacity_mw, w.withdrawn_at)
                IS DISTINCT FROM (excluded.provider_id, excluded.grid_zone_id, excluded.name, excluded.window_end, excluded.renewable_mix_percent,
                                  excluded.carbon_intensity_gco2_kwh, excluded.available_capacity_mw, NULL::timestamptz)
            RETURNING xmax = 0 AS is_new)
        SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) + (SELECT count(*) FROM withdrawn) FROM stored
        """;

    private const string StoreOffers =
        """
        WITH given AS (
            SELECT w.id AS compute_window_id, v.*
            FROM unnest($3, $4, $5, $6, $7, $8, $9) AS v (item_id, window_start, offer_id, price, currency, unit, body)
            JOIN compute_windows w ON w.source = $1 AND w.item_id = v.item_id AND w.window_start = v.window_start),
        gone AS (
            DELETE FROM offers o USING compute_windows w
            WHERE $10 AND w.id = o.compute_window_id AND w.source = $1 AND w.window_end > $2 AND w.withdrawn_at IS NULL AND o.captured_at <= $2
              AND NOT EXISTS (SELECT FROM given g WHERE g.compute_window_id = o.compute_window_id AND g.offer_id = o.offer_id)
            RETURNING 1),
        stored AS (
            INSERT INTO offers AS o (offer_id, compute_window_id, price, currency, unit, body, source, captured_at)
            SELECT offer_id, compute_window_id, price, currency, unit, body::jsonb, $1, $2 FROM given
            ON CONFLICT (source, offer_id, compute_window_id) DO UPDATE SET
                price = excluded.price, currency = excluded.currency, unit = excluded.unit, body = excluded.body, captured_at = excluded.captured_at
            WHERE o.captured_at <= excluded.captured_at AND (o.price, o.currency, o.unit, o.body) IS DISTINCT FROM (excluded.price, excluded.currency, excluded.unit, excluded.body)
            RETURNING xmax = 0 AS is_new)
        SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) + (SELECT count(*) FROM gone) FROM stored
        """;

    private const string StoreSnapshots =
        """
        INSERT INTO grid_snapshots (grid_zone_id, window_start, renewable_mix_percent, carbon_intensity_gco2_kwh, source, captured_at)
        SELECT v.zone, $3, v.renewable, v.intensity, $1, $2
        FROM unnest($4, $5, $6) AS v (zone, renewable, intensity)
        LEFT JOIN LATERAL (
            SELECT renewable_mix_percent AS renewable, carbon_intensity_gco2_kwh AS intensity FROM grid_snapshots
            WHERE grid_zone_id = v.zone AND source = $1 AND window_start <= $3 ORDER BY window_start DESC LIMIT 1) known ON true
        WHERE (known.renewable, known.intensity) IS DISTINCT FROM (v.renewable, v.intensity)
        ON CONFLICT (grid_zone_id, window_start, source) DO UPDATE SET
            renewable_mix_percent = excluded.renewable_mix_percent, carbon_intensity_gco2_kwh = excluded.carbon_intensity_gco2_kwh, captured_at = excluded.captured_at
        WHERE grid_snapshots.captured_at <= excluded.captured_at
        """;

    private const string EnsureMonth = "SELECT ensure_month('grid_snapshots', $1)";

    /// <summary>Stores a provider's catalogue; a complete one that is empty withdraws every window.</summary>
    /// <param name="bppId">The BPP that answered.</param>
    /// <param name="windows">What could be read of the catalogue.</param>
    /// <param name="isComplete">Nothing of it was left out.</param>
    /// <param name="now">When it was asked.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="run">The ingestion run that stores it; null outside of one.</param>
    public async Task<Stored> StoreAsync(string bppId, IReadOnlyList<OfferedWindow> windows, bool isComplete, DateTimeOffset now, CancellationToken cancellationToken, Guid? run = null)
    {
        var source = $"beckn:{bppId}";
        var zoneIds = await ZonesAsync(windows, source, cancellationToken);
        var offers = windows.SelectMany(w => w.Offers.Select(o => (Window: w, Offer: o))).ToList();
        var snapshots = windows.Zip(zoneIds).Where(p => p.Second is not null).GroupBy(p => p.Second!.Value, p => p.First)
            .Select(zone => (Zone: zone.Key, Window: zone.OrderBy(w => w.End <= now).ThenBy(w => w.Start).First())).ToList();

        await dataSource.ExecuteAsync(EnsureMonth, cancellationToken, now);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (run is { } id)
        {
            await using var hold = new NpgsqlCommand(SeriesSql.HoldRun, connection, transaction) { Parameters = { new NpgsqlParameter { Value = id } } };
            if (await hold.ExecuteScalarAsync(cancellationToken) is not true)
                throw new RunSupersededException();
        }

        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                Sql.Statement(Lock, source),
                Sql.Statement(
                    StoreWindows, source, now, windows.Select(w => w.ItemId).ToArray(), windows.Select(w => w.ProviderId).ToArray(), zoneIds,
                    windows.Select(w => w.Name).ToArray(), windows.Select(w => w.Start).ToArray(), windows.Select(w => w.End).ToArray(),
                    windows.Select(w => w.RenewablePercent).ToArray(), windows.Select(w => w.IntensityGco2Kwh).ToArray(), windows.Select(w => w.CapacityMw).ToArray(), isComplete),
                Sql.Statement(
                    StoreOffers, source, now, offers.Select(o => o.Window.ItemId).ToArray(), offers.Select(o => o.Window.Start).ToArray(),
                    offers.Select(o => o.Offer.OfferId).ToArray(), offers.Select(o => o.Offer.Price).ToArray(), offers.Select(o => o.Offer.Currency).ToArray(),
                    offers.Select(o => o.Offer.Unit).ToArray(), offers.Select(o => o.Offer.Body).ToArray(), isComplete),
                Sql.Statement(
                    StoreSnapshots, source, now, HalfHour.Containing(now), snapshots.Select(s => s.Zone).ToArray(),
                    snapshots.Select(s => s.Window.RenewablePercent).ToArray(), snapshots.Select(s => s.Window.IntensityGco2Kwh).ToArray()),
            },
        };
        var stored = Stored.Nothing;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            foreach (var given in new[] { windows.Count, offers.Count })
            {
                await reader.NextResultAsync(cancellationToken);
                await reader.ReadAsync(cancellationToken);
                var (added, changed) = (reader.GetInt64(0), reader.GetInt64(1));
                stored += new Stored(added, changed, Math.Max(0, given - added - changed));
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return stored;
    }

    private async Task<Guid?[]> ZonesAsync(IReadOnlyList<OfferedWindow> windows, string source, CancellationToken cancellationToken)
    {
        var named = windows.Select((window, at) => (window.Zone, At: at)).Where(w => w.Zone is not null).ToList();
        var ids = new Guid?[windows.Count];
        if (named.Count == 0)
            return ids;
        var answers = await zones.ResolveAsync([.. named.Select(n => n.Zone!)], source, cancellationToken);
        for (var i = 0; i < named.Count; i++)
            ids[named[i].At] = answers[i].Zone?.Id;
        return ids;
    }
}
