using Microsoft.Extensions.Time.Testing;
using Pylon.Insights.Intensity;

namespace Pylon.Insights.Tests.Intensity;

public sealed class GridIntensitiesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeIngestion _ingestion = new();
    private readonly FakeTimeProvider _time = new(Noon.AddDays(10));

    [Fact]
    public async Task A_half_hour_counts_as_long_as_the_period_covers_it()
    {
        var period = new Period(2, Noon.AddMinutes(45), Noon.AddMinutes(75));

        var rate = await RateAsync(Intensities.Of(_ingestion, _time), period);

        Assert.Equal(325m / 1000, rate.KgPerKwh);
        Assert.Equal(10 * 0.325m, rate.KgOf(10));
        Assert.Equal(("ci:2", 0m, ""), (rate.FactorId, rate.MissingShare, rate.Missing));
    }

    [Fact]
    public async Task A_batch_asks_once_for_each_region_and_a_day_once_for_all()
    {
        var grid = Intensities.Of(_ingestion, _time);
        var periods = Enumerable.Range(0, 100).Select(n => new Period(1 + (n % 2), Noon.AddHours(n), Noon.AddHours(n + 1))).ToList();

        await grid.ReadAsync(periods, CancellationToken.None);
        Assert.Equal(2, _ingestion.Calls);

        var table = await grid.ReadAsync(periods, CancellationToken.None);
        Assert.Equal(2, _ingestion.Calls);
        Assert.Equal(FakeIngestion.Grams(1, Noon) / 1000, table.RateOf(periods[0]).KgPerKwh);
    }

    [Fact]
    public async Task Values_are_read_again_when_they_are_old()
    {
        var grid = Intensities.Of(_ingestion, _time);
        var today = new Period(1, _time.GetUtcNow(), _time.GetUtcNow().AddHours(1));
        await RateAsync(grid, today);

        _time.Advance(TimeSpan.FromMinutes(6));
        await RateAsync(grid, today);

        Assert.Equal(2, _ingestion.Calls);
    }

    [Fact]
    public async Task A_gap_is_missing_by_its_share()
    {
        _ingestion.IsMissing = at => at == Noon;

        var rate = await RateAsync(Intensities.Of(_ingestion, _time), new Period(1, Noon, Noon.AddHours(2)));

        Assert.Equal((0.25m, "Ingestion has no carbon intensity for it"), (rate.MissingShare, rate.Missing));
    }

    [Fact]
    public async Task Synthetic_values_are_marked()
    {
        _ingestion.IsSynthetic = true;

        Assert.True((await RateAsync(Intensities.Of(_ingestion, _time), new Period(1, Noon, Noon.AddHours(2)))).IsSynthetic);
    }

    [Fact]
    public async Task Without_Ingestion_everything_is_missing_and_it_is_left_alone_for_a_while()
    {
        _ingestion.IsAway = true;
        var grid = Intensities.Of(_ingestion, _time);
        var period = new Period(1, Noon, Noon.AddHours(2));

        var rate = await RateAsync(grid, period);
        await RateAsync(grid, period);

        Assert.Equal((1m, 0m, "Ingestion does not answer"), (rate.MissingShare, rate.KgOf(10), rate.Missing));
        Assert.Equal(1, _ingestion.Calls);

        _ingestion.IsAway = false;
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(0, (await RateAsync(grid, period)).MissingShare);
    }

    [Fact]
    public async Task An_Ingestion_that_says_nothing_is_away()
    {
        _ingestion.IsSilent = true;

        var rate = await RateAsync(Intensities.Of(_ingestion, _time, new IntensityOptions { Timeout = TimeSpan.FromMilliseconds(50) }), new Period(1, Noon, Noon.AddHours(2)));

        Assert.Equal("Ingestion does not answer", rate.Missing);
    }

    [Fact]
    public async Task The_cache_is_bounded()
    {
        var grid = Intensities.Of(_ingestion, _time, new IntensityOptions { CacheDays = 3 });
        await RateAsync(grid, new Period(1, Noon, Noon.AddDays(4)));
        await RateAsync(grid, new Period(1, Noon, Noon.AddDays(4)));

        Assert.Equal(2, _ingestion.Calls);
    }

    [Fact]
    public async Task More_calls_than_a_batch_may_make_are_not_made()
    {
        var grid = Intensities.Of(_ingestion, _time, new IntensityOptions { MaxCalls = 2 });
        var periods = Enumerable.Range(1, 3).Select(region => new Period(region, Noon, Noon.AddHours(1))).ToList();

        var table = await grid.ReadAsync(periods, CancellationToken.None);

        Assert.Equal(2, _ingestion.Calls);
        Assert.Single(periods, period => table.RateOf(period).Missing == "the batch spans more days than one batch reads");
    }

    private static async Task<GridRate> RateAsync(GridIntensities grid, Period period) =>
        (await grid.ReadAsync([period], CancellationToken.None)).RateOf(period);
}
