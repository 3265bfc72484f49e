using Pylon.Ingestion.V1;
using Pylon.Web.Regions;

namespace Pylon.Web.Tests;

public sealed class NowTests : IAsyncLifetime
{
    private TestWeb _web = null!;

    public async Task InitializeAsync() => _web = await TestWeb.StartAsync(Samples.Services());

    public async Task DisposeAsync() => await _web.DisposeAsync();

    [Fact]
    public void TheMapHasEachRegionOnceAndNoTwoTilesInOnePlace()
    {
        Assert.Equal(Enumerable.Range(1, 14), Tile.Map.Select(tile => tile.RegionId).Order());
        Assert.Equal(14, Tile.Map.Select(tile => (tile.Column, tile.Row)).Distinct().Count());
        Assert.All(Tile.Map, tile => Assert.True(tile is { Column: >= 0 and < 4, Row: >= 0 and < 7 }));
        Assert.Equal([15, 16, 17, 18], Tile.Countries.Select(country => country.RegionId));
    }

    [Fact]
    public async Task TheFirstPageShowsTheMapAndTheSameValuesAsATable()
    {
        var page = await _web.PageAsync("/");

        foreach (var tile in Tile.Map)
            Assert.Contains($"<title>{tile.Name}: {100 + tile.RegionId} g/kWh, Moderate; rises to 200 g/kWh in 6 hours</title>", page, StringComparison.Ordinal);
        Assert.Equal([0, 6], _web.Services.Single<ListRegionalSignalsRequest>().Hours);
        Assert.Contains("31 GW", page, StringComparison.Ordinal);
        Assert.Contains("£85.50/MWh", page, StringComparison.Ordinal);
        Assert.Contains("Wind 60 %", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SyntheticAndStaleValuesAreMarked()
    {
        var page = await _web.PageAsync("/");

        Assert.Contains("114 g/kWh <span class=\"mark\">synthetic", page, StringComparison.Ordinal);
        Assert.Contains("113 g/kWh <span class=\"mark\">forecast", page, StringComparison.Ordinal);
        Assert.Contains("Elexon</td> <td>9 h ago</td> <td><span class=\"badge bad\">Stale", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12", 12)]
    [InlineData("-24", -24)]
    [InlineData("9999", 48)]
    [InlineData("noon", 0)]
    public async Task TheSliderShowsAnotherHour(string hour, int ahead)
    {
        await _web.PageAsync($"/?hour={hour}");

        Assert.Equal(new DateTimeOffset(2026, 11, 26, 10, 0, 0, TimeSpan.Zero).AddHours(ahead), _web.Services.Single<ListRegionalSignalsRequest>().Time.ToDateTimeOffset());
    }

    [Fact]
    public async Task ARegionIsComparedWithTwoOthersAtMost()
    {
        var page = await _web.PageAsync("/web/regions/13?with=1&with=4&with=5&with=13");

        Assert.Equal([1, 4, 13], _web.Services.Received.OfType<GetForecastRequest>().Select(request => request.RegionId).Order());
        foreach (var line in new[] { "Actual", "Published forecast", "Pylon's forecast", "North Scotland", "80 % band" })
            Assert.Contains($"</svg>{line}", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TimesAreOfTheZoneThatTheReaderChose()
    {
        _web.Http.DefaultRequestHeaders.Add("Cookie", "pylon_zone=london");

        Assert.Contains("Thu 26 Nov 10:00 London time", await _web.PageAsync("/"), StringComparison.Ordinal);
    }
}
