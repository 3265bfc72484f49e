using System.Security.Cryptography;
using System.Text;
using Pylon.Insights.Imports;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Imports;

/// <summary>The earlier lines of a file are found by what they are equal in, however long the file is and however little PostgreSQL knows of it.</summary>
public sealed class EarlierLinesTests
{
    private const int Lines = 6_000;
    private const int Together = 1_000;

    // Not analysed, as when the first file is imported.
    private static readonly string File =
        $$"""
        INSERT INTO insights.shipment_lines (
            import, index, line, event_id, content, key, warehouse_code, customer_code, order_number, order_line, item_code, shipped_at, weight_kg, distances_km, published_kg, computed_kg)
        SELECT 'file', n, n + 2, n, md5('content ' || n)::uuid, md5('key ' || n % 5000)::uuid, 'W', 'C', n, 1, 'I', now(), 10, '{0,0,0,0}', '{0,0,0,0}', '{0,0,0,0}'
        FROM generate_series(0, {{Lines - 1}}) n
        """;

    [Fact]
    public async Task ALineIsFoundByItsContentAndByItsKeyAlone()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        await database.Database.ExecuteAsync(File);
        await using var planned = new PlannedDatabase(database.Database.ConnectionString, "insights");
        var store = new ShipmentStore(new TenantDatabase(planned.Source, Tenant.All));
        var last = Enumerable.Range(Lines - Together, Together).Select(Line).ToList();

        // A statement that has run so often is prepared, and may have one plan for all values.
        for (var times = 0; times < 12; times++)
        {
            var earlier = await store.EarlierAsync("file", last, CancellationToken.None);
            Assert.Equal(last.Select(one => new EarlierLine(null, one.Line.Index - 5_000 + 2)), earlier);
            Assert.All(await store.EarlierAsync("another file", last, CancellationToken.None), one => Assert.Equal(default, one));
        }

        var plans = planned.PlansOf("shipment_lines");
        Assert.Equal(24, plans.Count);
        Assert.All(plans, plan => Assert.True(PlannedDatabase.MostRows(plan) <= Together, plan));
    }

    private static StoredShipment Line(int index) => new(
        new ShipmentLine(index, index + 2)
        {
            Content = Hash($"content {index}"),
            Key = Hash($"key {index % 5_000}"),
            Warehouse = "W",
            Customer = "C",
            Order = $"{index}",
            OrderLine = "1",
            Item = "I",
            Date = DateTimeOffset.UnixEpoch,
            WeightKg = 10,
            DistancesKm = [0, 0, 0, 0],
            PublishedKg = [0, 0, 0, 0],
        },
        new ComputedShipment([0, 0, 0, 0], 0, IsReproduced: true, [], []),
        $"{index}");

    // As PostgreSQL does.
    private static Guid Hash(string text) => new(MD5.HashData(Encoding.UTF8.GetBytes(text)), bigEndian: true);
}
