using Pylon.Common.V1;
using Pylon.Ingestion.Zones;

namespace Pylon.Ingestion.Tests.Zones;

public sealed class ZoneResolverTests
{
    [Fact]
    public async Task FourteenZonesAreShippedWithTheSameIdsEverywhere()
    {
        await using var database = await IngestionDatabase.CreateAsync();

        var zones = await new ZoneStore(database.DataSource).ListAsync(after: null, 100, CancellationToken.None);

        Assert.Equal(Enumerable.Range(1, 14).Select(i => ($"GB-R{i:00}", (int?)i)), zones.Select(z => (z.Code!, z.RegionId)));
        Assert.Equal(Guid.Parse("ba74f153-17f7-5dc5-9e8c-d2b241f8bdbd"), zones[9].Id);
    }

    [Fact]
    public async Task FirstCallRegistersAndTheNextFindsByCode()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        ZoneReference[] references =
        [
            new("UK-EAST-1", "Cambridge-East", "Cambridge", "East England", "GB"),
            new("UK-NORTH-1", "Manchester", "Manchester", "North West England", null),
            new("NO-OSLO-1", "Oslo", "Oslo", "East England", "NO"),
        ];

        var first = await ResolveAsync(database, references);
        var second = await ResolveAsync(database, references);

        Assert.All(first, a => Assert.Equal(ZoneMatch.Registered, a.Match));
        Assert.All(second, a => Assert.Equal(ZoneMatch.Code, a.Match));
        Assert.Equal(first.Select(a => a.Zone), second.Select(a => a.Zone));
        // A region of that name in another country is another region.
        Assert.Equal([10, 3, null], first.Select(a => a.Zone!.RegionId));
    }

    [Fact]
    public async Task ShippedZoneIsTheFallbackForAReferenceWithoutACode()
    {
        await using var database = await IngestionDatabase.CreateAsync();

        var answers = await ResolveAsync(
            database,
            [new(null, "Somewhere", "MANCHESTER", null, null), new(null, null, null, "South Wales", null), new("UK-X", null, null, "South Wales", null)],
            registerAs: null);

        Assert.Equal([("GB-R03", ZoneMatch.Locality), ("GB-R07", ZoneMatch.Region), (null, ZoneMatch.Unspecified)], answers.Select(a => (a.Zone?.Code, a.Match)));
    }

    [Fact]
    public async Task ConcurrentRegistrationsOfTheSameZonesGiveOneRowEach()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        ZoneReference[] references = [.. Enumerable.Range(0, 40).Select(i => new ZoneReference(i % 4 == 0 ? null : $"Z-{i}", $"Zone {i}", null, null, null))];

        // In different orders, which is how locks would be taken crosswise.
        var calls = await Task.WhenAll(Enumerable.Range(0, 16).Select(async n =>
        {
            var mine = references.OrderBy(r => (r.Name + n).GetHashCode(StringComparison.Ordinal)).ToArray();
            var answers = await ResolveAsync(database, mine);
            return mine.Zip(answers, (reference, answer) => (reference.Name, answer)).ToList();
        }));

        Assert.Equal(14L + 40, await database.Database.ScalarAsync<long>("SELECT count(*) FROM ingestion.grid_zones"));
        foreach (var sameZone in calls.SelectMany(c => c).GroupBy(x => x.Name))
        {
            Assert.Single(sameZone.Select(x => x.answer.Zone!.Id).Distinct());
            Assert.Single(sameZone, x => x.answer.Match == ZoneMatch.Registered);
        }
    }

    [Fact]
    public async Task AmbiguityIsSeenAmongManyRowsWithoutReadingThemAll()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        await database.Database.ExecuteAsync(
            """
            INSERT INTO ingestion.grid_zones (grid_zone_code, zone_name, locality) SELECT 'C-' || i, 'N-' || i, 'Leith' FROM generate_series(1, 1000) i;
            INSERT INTO ingestion.grid_zones (zone_name, locality) VALUES ('Port', 'Leith');
            """);
        ZoneReference reference = new(null, null, "Leith", null, null);

        Assert.InRange((await new ZoneStore(database.DataSource).FindCandidatesAsync([reference], CancellationToken.None)).Count, 2, 4);
        Assert.Null((await ResolveAsync(database, [reference], registerAs: null))[0].Zone);
        Assert.Equal("Port", (await ResolveAsync(database, [reference with { Code = "NEW" }], registerAs: null))[0].Zone?.Name);
    }

    [Fact]
    public async Task PagesFollowTheCodeAndEndWithTheZonesWithoutOne()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        await database.Database.ExecuteAsync("INSERT INTO ingestion.grid_zones (grid_zone_code, zone_name) VALUES (NULL, 'a'), ('aa-1', 'x'), (NULL, 'b'), ('ZZ-1', 'y')");
        var store = new ZoneStore(database.DataSource);

        var all = await store.ListAsync(after: null, 100, CancellationToken.None);
        var paged = new List<Zone>();
        ZonePage? after = null;
        while (await store.ListAsync(after, 4, CancellationToken.None) is { Count: > 0 } page)
        {
            paged.AddRange(page);
            after = ZonePage.Read(ZonePage.TokenAfter(page[^1]));
        }

        Assert.Equal(all, paged);
        Assert.Equal(["aa-1", "GB-R01"], all.Take(2).Select(z => z.Code));
        Assert.Equal(["ZZ-1", null, null], all.TakeLast(3).Select(z => z.Code));
    }

    private static Task<IReadOnlyList<ZoneAnswer>> ResolveAsync(IngestionDatabase database, ZoneReference[] references, string? registerAs = "beckn:bpp") =>
        new ZoneResolver(new ZoneStore(database.DataSource)).ResolveAsync(references, registerAs, CancellationToken.None);
}
