using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Tests.Planning;

public class PlanSeriesTests
{
    private const int Queries = 3_000;

    [Theory]
    [InlineData(40, 1)]
    [InlineData(40, 2)]
    [InlineData(1_000_000, 3)]
    [InlineData(1, 4)]
    public void BothStructuresEqualBruteForce(int different, int seed)
    {
        var random = new Random(seed);
        var values = Make.Values(random, 700, different);
        if (different > 1)
            values = Array.ConvertAll(values, value => value - 500);
        var series = Make.Series(values);
        for (var n = 0; n < Queries; n++)
        {
            var arrival = random.Next(values.Length);
            var duration = 1 + random.Next(random.Next(2) == 0 ? 30 : values.Length - arrival);
            var query = new WindowQuery(arrival, duration, random.Next(random.Next(2) == 0 ? 60 : 900));
            if (arrival + duration > values.Length)
            {
                Assert.False(series.TryConsecutive(query, out _, out var refusal));
                Assert.Equal(PlanRefusal.SeriesTooShort, refusal.Reason);
                Assert.Empty(series.ListSmallest(query));
                continue;
            }

            Assert.True(series.TryConsecutive(query, out var consecutive, out _));
            Assert.True(series.TryInterruptible(query, out var interruptible, out _));
            var (start, smallest) = (Brute.Consecutive(values, query), Brute.Smallest(values, query));
            Assert.Equal(new WindowAnswer(start, start + duration - 1, duration, Brute.Sum(values, start, duration), Brute.Sum(values, arrival, duration)), consecutive);
            Assert.Equal(new WindowAnswer(smallest[0], smallest[^1], duration, smallest.Sum(step => values[step]), consecutive.NowSum), interruptible);
            Assert.Equal(smallest, series.ListSmallest(query));
        }
    }

    [Fact]
    public void ManyDurationsAfterOneAnotherDoNotWearOutTheIndexes()
    {
        var values = Make.Values(new Random(5), 2_000);
        var series = Make.Series(values);
        for (var round = 0; round < 40; round++)
        {
            for (var duration = 1; duration <= 150; duration++)
            {
                var query = new WindowQuery(round, duration, 1_500);
                Assert.True(series.TryConsecutive(query, out var answer, out _));
                if (round is 0 or 20 or 39)
                    Assert.Equal(Brute.Consecutive(values, query), answer.First);
            }
        }
    }

    [Fact]
    public void ThreadsShareASeries()
    {
        var values = Make.Values(new Random(6), 3_000, 1_000);
        var series = Make.Series(values);
        var queries = Enumerable.Range(0, 4_000).Select(n => new WindowQuery(n % 500, 1 + (n % 97), 400 + (n % 1_300))).ToList();
        var alone = queries.ConvertAll(query => Brute.Consecutive(values, query));

        var starts = new int[queries.Count];
        var sums = new long[queries.Count];
        Parallel.For(0, queries.Count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, n =>
        {
            starts[n] = series.TryConsecutive(queries[n], out var consecutive, out _) ? consecutive.First : -1;
            sums[n] = series.TryInterruptible(queries[n], out var interruptible, out _) ? interruptible.Sum : -1;
        });

        Assert.Equal(alone, starts);
        Assert.Equal(queries.ConvertAll(query => series.ListSmallest(query).Sum(step => values[step])), sums);
    }

    [Fact]
    public void EveryRowOfTheReferenceYearIsMet()
    {
        for (var arrival = 0; arrival < ReferenceYear.Expected.Count; arrival++)
        {
            var query = new WindowQuery(arrival, 6, 24);
            Assert.True(ReferenceYear.Carbon!.TryConsecutive(query, out var consecutive, out _));
            Assert.True(ReferenceYear.Carbon.TryInterruptible(query, out var interruptible, out _));
            Assert.Equal(ReferenceYear.Expected[arrival], (consecutive.NowSum, consecutive.Sum, interruptible.Sum));
        }

        Assert.Contains(ReferenceYear.Expected.Count, new[] { 0, 8_754 });
    }

    [Theory]
    [InlineData(-1, 1, 0, "arrival", PlanRefusal.FieldInvalid)]
    [InlineData(0, 0, 0, "duration", PlanRefusal.FieldInvalid)]
    [InlineData(0, 1, -1, "slack", PlanRefusal.FieldInvalid)]
    [InlineData(3, 2, 0, "duration", PlanRefusal.SeriesTooShort)]
    [InlineData(0, 5, 9, "duration", PlanRefusal.SeriesTooShort)]
    [InlineData(int.MaxValue, int.MaxValue, int.MaxValue, "duration", PlanRefusal.SeriesTooShort)]
    public void AQueryThatCannotBeAnsweredIsRefused(int arrival, int duration, int slack, string field, string reason)
    {
        var series = Make.Series([4, 3, 2, 1]);

        var refused = !series.TryConsecutive(new WindowQuery(arrival, duration, slack), out _, out var refusal);

        Assert.True(refused);
        Assert.Equal((field, reason), (refusal!.Field, refusal.Reason));
        Assert.False(series.TryInterruptible(new WindowQuery(arrival, duration, slack), out _, out _));
    }

    [Fact]
    public void TheWindowIsCutAtTheEndOfTheSeries()
    {
        var series = Make.Series([4, 3, 2, 1]);

        Assert.True(series.TryConsecutive(new WindowQuery(1, 2, int.MaxValue), out var answer, out _));

        Assert.Equal(new WindowAnswer(2, 3, 2, 3, 5), answer);
        Assert.Equal(40, answer.SavingPercent);
        Assert.Equal(1.5, answer.Mean);
    }

    [Fact]
    public void ASeriesOutOfBoundsIsRefused()
    {
        Assert.Equal("values", Refused(TimeSpan.FromHours(1), []));
        Assert.Equal("values", Refused(TimeSpan.FromHours(1), new long[PlanSeries.MaxSteps + 1]));
        Assert.Equal("values[1]", Refused(TimeSpan.FromHours(1), [0, PlanSeries.MaxValue + 1]));
        Assert.Equal("values[0]", Refused(TimeSpan.FromHours(1), [long.MinValue]));
        Assert.Equal("step", Refused(TimeSpan.Zero, [1]));
        Assert.Equal("step", Refused(TimeSpan.FromMilliseconds(1_500), [1]));
        Assert.Equal("step", Refused(TimeSpan.FromDays(2), [1]));

        static string? Refused(TimeSpan step, long[] values) => PlanSeries.TryCreate(Make.Start, step, values, out _, out var refusal) ? null : refusal.Field;
    }

    [Fact]
    public void TheLongestSeriesOfTheLargestValuesDoesNotOverflow()
    {
        var values = new long[PlanSeries.MaxSteps];
        values.AsSpan().Fill(-PlanSeries.MaxValue);
        var series = Make.Series(values);

        Assert.True(series.TryInterruptible(new WindowQuery(0, values.Length, 0), out var answer, out _));

        Assert.Equal(-1_000_000_000_000_000_000, answer.Sum);
        Assert.Equal(answer.Sum, series.Sum(0, values.Length));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(15)]
    [InlineData(30)]
    [InlineData(60)]
    public void StepsOfAnyLengthHaveTheirTimes(int minutes)
    {
        var series = Make.Series([1, 2, 3, 4], TimeSpan.FromMinutes(minutes));
        var third = Make.Start.AddMinutes(2 * minutes);

        Assert.Equal(third, series.TimeOf(2));
        Assert.Equal((2, 3), (series.FirstStepFrom(third), series.FirstStepFrom(third.AddSeconds(1))));
        Assert.Equal((2, 1), (series.StepsUntil(third), series.StepsUntil(third.AddSeconds(-1))));
        Assert.Equal((0, 4), (series.FirstStepFrom(Make.Start.AddYears(-1)), series.StepsUntil(Make.Start.AddYears(1))));
        Assert.Equal(120 / minutes, series.WholeSteps(TimeSpan.FromMinutes(120)));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-0.01)]
    [InlineData(1_000_000.5)]
    public void ACarbonIntensityOutOfBoundsIsNotScaled(double value) => Assert.False(SeriesScale.TryCarbon(value, out _));

    [Fact]
    public void ScaledValuesAreRoundedToTheNearest()
    {
        Assert.True(SeriesScale.TryCarbon(93.71, out var carbon));
        Assert.True(SeriesScale.TryPrice(-42.123456, out var price));

        Assert.Equal((9_371, -4_212_346), (carbon, price));
    }
}
