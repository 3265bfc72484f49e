using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Tests.Settlement;

public sealed class SettlementPeriodTests
{
    [Theory]
    [InlineData("2026-03-29", 46)]
    [InlineData("2025-10-26", 50)]
    [InlineData("2026-03-30", 48)]
    [InlineData("2024-03-31", 46)]
    public void DayHasItsPeriodsEachWithItsOwnUtcStart(string day, int count)
    {
        var date = DateOnly.Parse(day);

        var periods = Enumerable.Range(1, SettlementPeriod.CountOn(date)).Select(n => SettlementPeriod.Of(date, n)!.Value).ToList();

        Assert.Equal(count, periods.Count);
        Assert.Null(SettlementPeriod.Of(date, count + 1));
        Assert.Null(SettlementPeriod.Of(date, 0));
        Assert.All(periods.Zip(periods.Skip(1)), p => Assert.Equal(p.First.End, p.Second.Start));
        Assert.All(periods, p => Assert.Equal(p, SettlementPeriod.Containing(p.Start)));
        Assert.All(periods, p => Assert.Equal(p, SettlementPeriod.Containing(p.End.AddTicks(-1))));
    }

    [Theory]
    [InlineData("2026-03-29", 1, "2026-03-29T00:00Z")]
    [InlineData("2026-03-29", 3, "2026-03-29T01:00Z")]
    [InlineData("2026-03-29", 46, "2026-03-29T22:30Z")]
    [InlineData("2025-10-26", 1, "2025-10-25T23:00Z")]
    [InlineData("2025-10-26", 3, "2025-10-26T00:00Z")]
    [InlineData("2025-10-26", 5, "2025-10-26T01:00Z")]
    [InlineData("2025-10-26", 50, "2025-10-26T23:30Z")]
    [InlineData("2026-07-01", 1, "2026-06-30T23:00Z")]
    public void PeriodStartsAt(string day, int number, string start) =>
        Assert.Equal(DateTimeOffset.Parse(start), SettlementPeriod.Of(DateOnly.Parse(day), number)!.Value.Start);
}
