using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;
using Pylon.Postgres;

namespace Pylon.Insights.Imports;

/// <summary>An earlier line of the same file.</summary>
/// <param name="Equal">Its number, when it is equal in every field but the index.</param>
/// <param name="SameKey">Its number, when it has the same order, order line and item.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EarlierLine(long? Equal, long? SameKey);

/// <summary>The lines of imported files, and the factors that files imply.</summary>
internal sealed class ShipmentStore(TenantDatabase database)
{
    private const string Insert =
        """
        INSERT INTO shipment_lines (
            operator_id, import, index, line, event_id, content, key, warehouse_code, customer_code, order_number, order_line, item_code, shipped_at, units, conversion_ratio,
            weight_kg, published_total_kg, notes, distances_km, published_kg, computed_kg)
        SELECT $30, $1, index, line, event_id, content, key, warehouse_code, customer_code, order_number, order_line, item_code, shipped_at, units, conversion_ratio, weight_kg,
            published_total_kg, string_to_array(notes, E'\n'), ARRAY[km0, km1, km2, km3], ARRAY[p0, p1, p2, p3], ARRAY[c0, c1, c2, c3]
        FROM unnest(
            $2::bigint[], $3::bigint[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[],
            $13::double precision[], $14::double precision[], $15::double precision[], $16::double precision[], $17::text[],
            $18::double precision[], $19::double precision[], $20::double precision[], $21::double precision[],
            $22::double precision[], $23::double precision[], $24::double precision[], $25::double precision[],
            $26::double precision[], $27::double precision[], $28::double precision[], $29::double precision[]) AS g (
            index, line, event_id, content, key, warehouse_code, customer_code, order_number, order_line, item_code, shipped_at, units, conversion_ratio, weight_kg,
            published_total_kg, notes, km0, km1, km2, km3, p0, p1, p2, p3, c0, c1, c2, c3)
        ORDER BY index
        ON CONFLICT (operator_id, import, index) DO NOTHING
        """;

    private const string Factors = "SELECT mode, factor FROM shipment_factors WHERE import = $1 AND operator_id = $2";

    private const string AddFactor = "INSERT INTO shipment_factors (import, mode, factor, index, operator_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";

    // The file is compared as an expression, so that no index is taken for it: before a table is analysed PostgreSQL expects as few
    // lines of a file as of one content, and read the whole file for each line.
    private const string Earlier =
        """
        SELECT
            (SELECT min(o.line) FROM shipment_lines o
             WHERE o.operator_id = $5 AND o.import || '' = $1 AND o.content = g.content AND o.index < g.index),
            (SELECT min(o.line) FROM shipment_lines o
             WHERE o.operator_id = $5 AND o.import || '' = $1 AND o.key = g.key AND o.index < g.index)
        FROM unnest($2::bigint[], $3::uuid[], $4::uuid[]) WITH ORDINALITY AS g (index, content, key, place)
        ORDER BY g.place
        """;

    /// <summary>Whose files they are; who acts for all imports for the built-in operator.</summary>
    public Guid Operator => database.Tenant.OperatorId ?? Tenant.BuiltIn;

    /// <summary>The files of one operator.</summary>
    public ShipmentStore Of(Tenant tenant) => new(database.Of(tenant));

    /// <summary>Adds the lines that are not there, as a statement of the transaction that records their events.</summary>
    public NpgsqlBatchCommand Add(string import, IReadOnlyList<StoredShipment> lines)
    {
        return Sql.Statement(
            Insert,
            import, Of(s => s.Line.Index), Of(s => s.Line.Line), Of(s => s.EventId), Of(s => s.Line.Content), Of(s => s.Line.Key), Of(s => s.Line.Warehouse), Of(s => s.Line.Customer),
            Of(s => s.Line.Order), Of(s => s.Line.OrderLine), Of(s => s.Line.Item), Of(s => s.Line.Date), Of(s => (double?)s.Line.Units), Of(s => (double?)s.Line.Ratio),
            Of(s => (double)s.Line.WeightKg), Of(s => (double?)s.Line.PublishedTotalKg), Of(s => string.Join('\n', s.Computed.Notes)),
            Km(0), Km(1), Km(2), Km(3), Told(0), Told(1), Told(2), Told(3), Leg(0), Leg(1), Leg(2), Leg(3), Operator);

        T[] Of<T>(Func<StoredShipment, T> column) => [.. lines.Select(column)];

        double[] Km(int mode) => Of(s => (double)s.Line.DistancesKm[mode]);

        double?[] Told(int mode) => Of(s => (double?)s.Line.PublishedKg[mode]);

        double[] Leg(int mode) => Of(s => (double)s.Computed.LegsKg[mode]);
    }

    /// <summary>The factors of a file, by mode: the published ones, and those that it implies.</summary>
    public async Task<decimal?[]> FactorsAsync(string import, CancellationToken cancellationToken)
    {
        var factors = ShipmentRules.Published.ToArray();
        foreach (var (mode, factor) in await database.ListAsync(Factors, row => (row.GetString(0), row.GetDouble(1)), cancellationToken, import, Operator))
            factors[ShipmentColumns.Modes.ToList().IndexOf(mode)] = decimal.Parse(factor.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture);
        return factors;
    }

    /// <summary>Keeps the factor that a file implies; one that is kept already stays.</summary>
    public Task AddFactorAsync(string import, string mode, decimal factor, long index, CancellationToken cancellationToken) =>
        database.ExecuteAsync(AddFactor, cancellationToken, import, mode, (double)factor, index, Operator);

    /// <summary>For each line what lines with a lower index there are.</summary>
    public Task<List<EarlierLine>> EarlierAsync(string import, IReadOnlyList<StoredShipment> lines, CancellationToken cancellationToken) => database.ListAsync(
        Earlier,
        row => new EarlierLine(row.IsDBNull(0) ? null : row.GetInt64(0), row.IsDBNull(1) ? null : row.GetInt64(1)),
        cancellationToken,
        import,
        lines.Select(s => s.Line.Index).ToArray(),
        lines.Select(s => s.Line.Content).ToArray(),
        lines.Select(s => s.Line.Key).ToArray(),
        Operator);
}
