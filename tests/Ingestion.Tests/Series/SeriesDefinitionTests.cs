using Pylon.Ingestion.Clients;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.V1;

namespace Pylon.Ingestion.Tests.Series;

public sealed class SeriesDefinitionTests
{
    [Fact]
    public async Task EveryNumberKeepsTheDecimalsThatItsColumnHas()
    {
        await using var database = await IngestionDatabase.CreateAsync();

        foreach (var table in SeriesDefinition.All.SelectMany(series => series.Tables))
        {
            foreach (var (column, decimals) in table.Others.Prepend((table.Value, table.Decimals)))
            {
                var scale = await database.Database.ScalarAsync<int>(
                    $"SELECT numeric_scale::int FROM information_schema.columns WHERE table_schema = 'ingestion' AND table_name = '{table.Name}' AND column_name = '{column}'");
                Assert.Equal((table.Name, column, decimals), (table.Name, column, scale));
            }
        }
    }

    [Fact]
    public void EverySeriesOfTheContractHasOneDefinition()
    {
        Assert.Equal(
            Enum.GetValues<GridSeries>().Where(s => s != GridSeries.Unspecified),
            SeriesDefinition.All.Select(s => s.Listed).Where(s => s != GridSeries.Unspecified).Order());
        Assert.Equal(
            Enum.GetValues<ImportedSeries>().Where(s => s != ImportedSeries.Unspecified),
            SeriesDefinition.All.Select(s => s.Imported).Where(s => s != ImportedSeries.Unspecified).Order());
    }

    [Fact]
    public void EverySeriesHasAUnitKnownSuppliersAndTablesThatReplaceItsSyntheticValues() => Assert.All(SeriesDefinition.All, series =>
    {
        Assert.NotEmpty(series.Unit);
        Assert.True(series.Least < series.Most);
        Assert.Empty(series.Suppliers.Except([CarbonIntensitySource.Id, NesoSource.Id, ElexonSource.Id]));
        Assert.All(series.Tables, table => Assert.Equal(series.HasSynthetic, table.Replaces.Count > 0));
    });
}
