using Pylon.Insights.Baselines;
using Pylon.Insights.Entities;
using Pylon.Insights.Episodes;

namespace Pylon.Insights.Tests.Baselines;

public sealed class BaselineTests
{
    private static readonly DateTimeOffset Monday = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(new double[] { 100, 102, 98, 101, 99, 103, 97, 100 }, 100, 2.2239, 25, 120, 125, 137.5, 0.9782)]
    [InlineData(new double[] { 100, 140, 60, 120, 80, 110, 90, 100 }, 100, 22.239, 88.956, 171.165, 188.956, 233.434, 0.8181)]
    [InlineData(new double[] { 10, 10, 10, 10, 10, 10, 10, 10 }, 10, 0, 2.5, 12, 12.5, 13.75, 1.0)]
    [InlineData(new double[] { 100, 101, 99, 300, 100, 98, 102, 100 }, 100, 1.4826, 25, 120, 125, 137.5, 0.9854)]
    public void ABaselineIsTheOneComputedByHand(
        double[] values, double expected, double sigma, double band, double info, double warn, double critical, double confidence)
    {
        var baseline = Baseline.Of(values.ToArray(), mean: 0);

        Assert.Equal(expected, baseline.Expected, 12);
        Assert.Equal(sigma, baseline.Sigma, 12);
        Assert.Equal(band, baseline.Band, 12);
        Assert.Equal(confidence, baseline.Confidence, 4);
        Assert.Equal(info, FirstOf(Level.Info), 3);
        Assert.Equal(warn, FirstOf(Level.Warn), 3);
        Assert.Equal(critical, FirstOf(Level.Critical), 3);

        // The least activity of a level, by halving.
        double FirstOf(Level level)
        {
            var (low, high) = (expected, 10 * (expected + band));
            for (var n = 0; n < 100; n++)
            {
                var middle = (low + high) / 2;
                var isReached = Judge.Default.LevelOf(Judge.Default.Score(middle, baseline)) >= level;
                (low, high) = isReached ? (low, middle) : (middle, high);
            }

            return high;
        }
    }

    [Theory]
    [InlineData(8, 0.9091)]
    [InlineData(4, 0.4545)]
    [InlineData(2, 0.2273)]
    public void ConfidenceGrowsWithTheWeeks(int samples, double confidence) =>
        Assert.Equal(confidence, new Baseline(100, 10, 100, samples).Confidence, 4);

    [Fact]
    public void WhatIsExpectedIsTheMedianOfTheLastEightWeeksThatHaveData()
    {
        // Week 3 has no data at all, so the week before the eighth counts.
        var rows = Weeks(10, week => week == 3 ? null : 100 + week);
        var history = new EntityHistory(rows, HourOfWeek.Utc, isSparse: false);

        var baseline = history.AsOf(Monday.AddDays(70).AddHours(9));

        Assert.NotNull(baseline);
        Assert.Equal(8, baseline.Value.Samples);
        // Of 101 102 104 105 106 107 108 109.
        Assert.Equal(105.5, baseline.Value.Expected);
    }

    [Fact]
    public void WhatIsExpectedKnowsNothingOfTheHourItself()
    {
        var rows = Weeks(3, week => week == 2 ? 1000 : 100);

        var baseline = new EntityHistory(rows, HourOfWeek.Utc, isSparse: false).AsOf(Monday.AddDays(14).AddHours(9));

        Assert.Equal((100.0, 2), (baseline!.Value.Expected, baseline.Value.Samples));
    }

    [Fact]
    public void OneWeekIsNoBaseline() =>
        Assert.Null(new EntityHistory(Weeks(1, _ => 100), HourOfWeek.Utc, isSparse: false).AsOf(Monday.AddDays(7).AddHours(9)));

    [Fact]
    public void AnHourThatMostWeeksHaveNotIsZero()
    {
        var history = new EntityHistory(Weeks(8, _ => 100), HourOfWeek.Utc, isSparse: false);

        var night = history.AsOf(Monday.AddDays(57).AddHours(3))!.Value;

        Assert.Equal((0.0, 0.0, 8, 1.0), (night.Expected, night.Sigma, night.Samples, night.Confidence));
        Assert.Equal(0.02 * night.Mean, night.Band);
    }

    [Fact]
    public void AnHourThatMostWeeksHaveIsMissingWhereItIsNotThere()
    {
        var rows = Weeks(8, _ => 100).Where(row => row.Hour != Monday.AddDays(14).AddHours(9)).ToList();

        var baseline = new EntityHistory(rows, HourOfWeek.Utc, isSparse: false).AsOf(Monday.AddDays(56).AddHours(9))!.Value;

        Assert.Equal((100.0, 7), (baseline.Expected, baseline.Samples));
    }

    [Fact]
    public void ActivityWhereNothingIsNormalIsAHotspotOfActivity()
    {
        var night = new Baseline(0, 0, Mean: 50, Samples: 8) { Factor = 0.2 };

        var judged = Judge.Default.Of(new ActivityHour(Monday, Activity: 40, Kg: 8), night, EmissionKind.Delivery);

        Assert.Equal((true, Level.Critical, Cause.Activity), (judged.Counts, judged.Level, judged.Cause));
        Assert.Equal(40, judged.Score, 12);
        Assert.True(double.IsFinite(judged.PercentAbove));
    }

    [Fact]
    public void HoursOfTheWeekFollowTheClockOfTheZone()
    {
        // 09:00 in London is 09:00Z in winter and 08:00Z in summer.
        var winter = new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);
        var summer = new DateTimeOffset(2026, 7, 6, 8, 0, 0, TimeSpan.Zero);

        Assert.Equal(9, HourOfWeek.OfIndex(HourOfWeek.IndexOf(winter, HourOfWeek.EuropeLondon)));
        Assert.Equal(9, HourOfWeek.OfIndex(HourOfWeek.IndexOf(summer, HourOfWeek.EuropeLondon)));
        Assert.Equal(8, HourOfWeek.OfIndex(HourOfWeek.IndexOf(summer, HourOfWeek.Utc)));
        Assert.Equal(168, HourOfWeek.OfDay(HourOfWeek.DayOf(summer, HourOfWeek.EuropeLondon)));
    }

    [Fact]
    public void AnEntityWithOneHourADayIsSparseAndIsComparedByDayOfWeek()
    {
        var rows = Enumerable.Range(0, 9 * 7).Where(day => day % 7 < 5)
            .Select(day => new ActivityHour(Monday.AddDays(day).AddHours(day % 3), day % 7 == 0 ? 200 : 100, 20)).ToList();
        var history = new EntityHistory(rows, HourOfWeek.Utc);

        Assert.True(history.IsSparse);
        Assert.Equal((200.0, 8), (history.AsOf(Monday.AddDays(63).AddHours(17))!.Value.Expected, history.AsOf(Monday.AddDays(63))!.Value.Samples));
        Assert.Null(history.AsOf(Monday.AddDays(49)));
        Assert.Equal(Enumerable.Range(168, 7), history.Next().Select(next => next.HourOfWeek).Order());
        Assert.Equal(0, history.AsOf(Monday.AddDays(68))!.Value.Expected);
    }

    [Fact]
    public void WhatAPersonAcceptsIsNormalAtOnce()
    {
        var accepted = new AcceptedLevel(Monday.AddDays(56), HourOfWeek: null, Ratio: 1.6, Level: null);

        var baseline = new EntityHistory(Weeks(8, _ => 100), HourOfWeek.Utc, isSparse: false, [accepted]).AsOf(Monday.AddDays(56).AddHours(9))!.Value;

        Assert.Equal(160, baseline.Expected, 9);
    }

    // From 08:00 to 17:00 of each day; null: a week without data.
    private static List<ActivityHour> Weeks(int weeks, Func<int, double?> activity) =>
        [.. from day in Enumerable.Range(0, weeks * 7)
            where activity(day / 7) is not null
            from hour in Enumerable.Range(8, 10)
            select new ActivityHour(Monday.AddDays(day).AddHours(hour), activity(day / 7)!.Value, 0.2 * activity(day / 7)!.Value)];
}
