using Pylon.Ingestion.Series;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests.Series;

/// <summary>A year of months, of which a day needs one or two.</summary>
public sealed class PartitionTests
{
    private const string Table = "carbon_intensity_national";

    private const string Year =
        $"""
        SET search_path = ingestion;
        SELECT ensure_month('{Table}', month) FROM generate_series('2025-01-01Z'::timestamptz, '2025-12-01Z', '1 month') month;
        INSERT INTO {Table} (window_start, window_end, forecast_gco2_kwh, index, source, captured_at)
        SELECT at, at + interval '30 minutes', 100, 'low', 'carbon-intensity', at FROM generate_series('2025-01-01Z'::timestamptz, '2025-12-31 23:30Z', '30 minutes') at;
        ANALYZE {Table}
        """;

    // As docs/operations.md has it for an alert.
    private const string InDefaults = @"SELECT relname::text FROM pg_class WHERE relnamespace = 'ingestion'::regnamespace AND relname LIKE '%\_default' AND pg_relation_size(oid) > 0";

    [Theory]
    [InlineData("2025-06-10T00:00Z", 1)]
    [InlineData("2025-06-30T12:00Z", 2)]
    public async Task ADayReadsItsMonthsAndNoOther(string start, int months)
    {
        await using var database = await IngestionDatabase.CreateAsync();
        await database.Database.ExecuteAsync(Year);
        await using var planned = new PlannedDatabase(database.Database.ConnectionString, "ingestion");
        var (reader, from) = (new SeriesReader(planned.Source), DateTimeOffset.Parse(start, System.Globalization.CultureInfo.InvariantCulture));

        // Often enough for a plan of all values, too.
        for (var n = 0; n < 12; n++)
            Assert.Equal(48, (await reader.ReadAsync(SeriesDefinition.CarbonIntensity, null, from, from.AddDays(1), from.AddDays(30), forecastOnly: true, 100, CancellationToken.None)).Count);

        var plans = planned.PlansOf(Table);
        Assert.Equal(12, plans.Count);
        Assert.All(plans, plan => Assert.Equal(months, PlannedDatabase.ReadBy(plan, Table).Count));
    }

    [Fact]
    public async Task AValueInADefaultPartitionIsFoundAndItsMonthTakesItOver()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        await database.Database.ExecuteAsync(Year);

        Assert.Null(await database.Database.ScalarAsync<string>(InDefaults));
        Assert.Equal(12L, await database.Database.ScalarAsync<long>($"SELECT count(DISTINCT tableoid) FROM ingestion.{Table}"));
        await database.Database.ExecuteAsync($"INSERT INTO ingestion.{Table} (window_start, window_end, forecast_gco2_kwh, index, source, captured_at) VALUES ('2024-01-01Z', '2024-01-01 00:30Z', 100, 'low', 'plain', now())");
        Assert.Equal($"{Table}_default", await database.Database.ScalarAsync<string>(InDefaults));

        await database.Database.ExecuteAsync($"SET search_path = ingestion; SELECT ensure_month('{Table}', '2024-01-01Z')");
        await database.Database.ExecuteAsync($"VACUUM ingestion.{Table}_default");
        Assert.Null(await database.Database.ScalarAsync<string>(InDefaults));
        Assert.Equal(13L, await database.Database.ScalarAsync<long>($"SELECT count(DISTINCT tableoid) FROM ingestion.{Table}"));
    }
}
