using Microsoft.Extensions.Options;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Planning;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Planning;

/// <summary>Prepared series in memory.</summary>
public sealed class SeriesCacheTests
{
    private readonly FakeTime _time = new(new DateTimeOffset(2026, 3, 4, 10, 0, 0, TimeSpan.Zero));

    [Fact]
    public void SeriesIsFoundInItsVersionOnly()
    {
        var cache = Cache();
        cache.Put(Key(1), "a", Series(100));

        Assert.NotNull(cache.Find(Key(1), "a"));
        Assert.Null(cache.Find(Key(2), "a"));
        Assert.Null(cache.Find(Key(1), "b"));
        // What is not the stored series any more is not kept.
        Assert.Equal(0, cache.Bytes);
    }

    [Theory]
    [InlineData(false, 600)]
    [InlineData(true, 60)]
    public void SeriesIsNotUsedForLongerThanItsAge(bool isForecast, int seconds)
    {
        var cache = Cache();
        cache.Put(Key(1, isForecast), "a", Series(100));

        _time.Advance(TimeSpan.FromSeconds(seconds));
        Assert.NotNull(cache.Find(Key(1, isForecast), "a"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(cache.Find(Key(1, isForecast), "a"));
    }

    [Fact]
    public void LongestUnusedGoesFirstWhenThereIsNoRoom()
    {
        var cache = Cache();
        var third = Series(450);
        // A megabyte has room for two of them.
        Assert.InRange(third.Bytes, 1024 * 1024 / 3, 1024 * 1024 / 2);
        cache.Put(Key(1), "a", Series(450));
        cache.Put(Key(2), "a", Series(450));
        cache.Find(Key(1), "a");

        cache.Put(Key(3), "a", third);

        Assert.Null(cache.Find(Key(2), "a"));
        Assert.Same(third, cache.Find(Key(3), "a"));
        Assert.NotNull(cache.Find(Key(1), "a"));
        Assert.Equal(2 * third.Bytes, cache.Bytes);
        cache.Put(Key(4), "a", Series(2000));
        Assert.Null(cache.Find(Key(4), "a"));
        Assert.NotNull(cache.Find(Key(1), "a"));
    }

    private SeriesCache Cache() => new(Options.Create(new PlanningOptions { CacheMegabytes = 1 }), _time);

    private static SeriesKey Key(int region, bool isForecast = false) =>
        new(GridSeries.CarbonIntensity, region, isForecast, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1), null, false, 0, TimeSpan.Zero);

    private static PreparedSeries Series(int count) => PreparedSeries.Of(
        new StepValues { Step = TimeSpan.FromHours(1), Values = new double[count], Sources = [new ValueSource(PlanValueKind.Inline, "")] }, TimeSpan.FromHours(1), 0, false, "carbon");
}
