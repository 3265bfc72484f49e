using Npgsql;

namespace Pylon.Ingestion.Tests.Schema;

/// <summary>No row of an unknown region is stored, and no region goes.</summary>
public sealed class KnownRegionsTests
{
    private const string Intensity =
        """
        INSERT INTO ingestion.carbon_intensity_regional (region_id, window_start, window_end, forecast_gco2_kwh, index, source, captured_at)
        VALUES ({0}, '2026-03-04T10:00Z', '2026-03-04T10:30Z', 90, 'low', 'manual', now())
        """;

    private const string Mix =
        "INSERT INTO ingestion.generation_mix_regional (region_id, window_start, fuel, percent, source, captured_at) VALUES ({0}, '2026-03-04T10:00Z', 'wind', 40, 'manual', now())";

    [Theory]
    [InlineData(Intensity)]
    [InlineData(Mix)]
    public async Task ARowOfAnUnknownRegionIsRefused(string insert)
    {
        await using var database = await IngestionDatabase.CreateAsync();
        await database.Database.ExecuteAsync(insert.Replace("{0}", "1"));
        await database.Database.ExecuteAsync(insert.Replace("{0}", "18"));
        foreach (var unknown in (int[])[0, 19, -1])
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => database.Database.ExecuteAsync(insert.Replace("{0}", $"{unknown}")));
            Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
        }
    }

    [Theory]
    [InlineData("DELETE FROM ingestion.regions WHERE region_id = 15")]
    [InlineData("UPDATE ingestion.regions SET region_id = 18 - region_id")]
    [InlineData("TRUNCATE ingestion.regions CASCADE")]
    public async Task ARegionStays(string change)
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(() => database.Database.ExecuteAsync(change));
        Assert.Equal(PostgresErrorCodes.RestrictViolation, refused.SqlState);
    }
}
