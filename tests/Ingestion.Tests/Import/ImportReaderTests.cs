using Pylon.Ingestion.Import;
using Pylon.Ingestion.Series;

namespace Pylon.Ingestion.Tests.Import;

/// <summary>Lines without a database.</summary>
public sealed class ImportReaderTests
{
    [Theory]
    [InlineData("2147483648")]
    [InlineData("-99999999999")]
    [InlineData("79228162514264337593543950335")]
    public void RegionOutOfEveryRangeRejectsItsLineOnly(string region)
    {
        var series = SeriesDefinition.CarbonIntensity;
        var reader = new ImportReader(series, ImportColumns.Read("region_id,from,forecast", series), new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero));

        reader.Read($"{region},2026-03-04T10:00Z,100\n1,2026-03-04T10:00Z,100\n", 2);

        Assert.Equal(2, Assert.Single(reader.Rejected).Line);
        Assert.Contains("region_id", reader.Rejected[0].Reason);
        Assert.Equal(3, Assert.Single(reader.Good).Line);
    }
}
