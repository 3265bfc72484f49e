using Pylon.Ingestion.Regional;

namespace Pylon.Ingestion.Tests.Regional;

public sealed class CarbonIndexTests
{
    [Theory]
    [InlineData(2023, 39, "very low")]
    [InlineData(2023, 40, "low")]
    [InlineData(2023, 119.9, "low")]
    [InlineData(2023, 120, "moderate")]
    [InlineData(2023, 200, "high")]
    [InlineData(2023, 290, "high")]
    [InlineData(2023, 291, "very high")]
    [InlineData(2010, 99, "very low")]
    [InlineData(2035, 151, "very high")]
    [InlineData(2035, 4, "very low")]
    public async Task BandsOfTheYearNameTheIntensity(int year, double intensity, string name)
    {
        await using var database = await IngestionDatabase.CreateAsync();

        var index = await new RegionalStore(database.DataSource).ReadIndexAsync(CancellationToken.None);

        Assert.Equal(name, index.NameOf(year, (decimal)intensity));
    }
}
