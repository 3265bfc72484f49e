using Pylon.Beckn;
using Pylon.Common.V1;
using Pylon.Orchestrator.Recommendations;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Tests.Rules;

public sealed class SuitabilityTests
{
    private static readonly WorkloadRecord Any = new() { Id = Guid.Empty, Name = "any" };

    [Fact]
    public void ItemsThatAreNotGreenEnoughAreLeftOut() =>
        Assert.Equal(["b", "c"], Select(Any, Item("a", 29.9), Item("b", 31), Item("c", 30)));

    [Fact]
    public void RefusedItemsAreLeftOut() =>
        Assert.Equal(["b"], Select(Any with { RefusedItemIds = ["a"] }, Item("a", 90), Item("b", 80)));

    [Fact]
    public void ItemsOfNoPlaceAreLeftOut() =>
        Assert.Equal(["b"], Select(Any, Item("a", 90) with { GridZone = "" }, Item("b", 80) with { GridZone = "", Locality = "Leeds" }));

    [Fact]
    public void LoadNeedsRoom()
    {
        CatalogueItem[] items = [Item("small", 90) with { AvailableCapacityMw = 1 }, Item("exact", 80) with { AvailableCapacityMw = 2 }, Item("silent", 70)];
        Assert.Equal(["exact", "silent"], Select(Any with { ComputeLoadMw = 2 }, items));
        Assert.Equal(["small", "exact", "silent"], Select(Any, items));
    }

    [Fact]
    public void WindowEndsBeforeTheDeadline()
    {
        CatalogueItem[] items =
        [
            Item("late", 90) with { Window = RankingTests.Window(5, 9) }, Item("over it", 85) with { Window = RankingTests.Window(1, 9) },
            Item("early", 80) with { Window = RankingTests.Window(1, 5) }, Item("silent", 70),
        ];
        var deadline = RankingTests.Window(5, 6).StartTime.ToDateTimeOffset();
        Assert.Equal(["early", "silent"], Select(Any with { Deadline = deadline }, items));
        Assert.Equal("its window ends after the deadline", Suitability.ReasonAgainst(Any with { Deadline = deadline }, items[1]));
    }

    [Theory]
    [InlineData("GBP", null)]
    [InlineData("gbp", null)]
    [InlineData("JPY", "its price is in JPY and cannot be compared with a cap in GBP")]
    [InlineData("", "its price has no currency and cannot be compared with a cap in GBP")]
    public void PriceInAnotherCurrencyIsNotComparedWithACap(string currency, string? reason)
    {
        var item = Item("a", 90) with { Price = new Price { Value = 1, Currency = currency } };
        Assert.Equal(reason, Suitability.ReasonAgainst(Any with { MaxPriceGbp = 5 }, item));
        Assert.Equal(reason is null ? ["a"] : [], Select(Any with { MaxPriceGbp = 5 }, item));
        Assert.Equal(["a"], Select(Any, item));
    }

    [Fact]
    public void OfGridDataThePartBeforeTheDeadlineCounts()
    {
        var deadline = RankingTests.Window(0, 1).StartTime.ToDateTimeOffset().AddMinutes(10);
        var (cut, late, whole) = (RankingTests.Region(1, 50), RankingTests.Region(2, 50), RankingTests.Region(3, 50));
        late.Window = RankingTests.Window(1, 2);
        whole.Window = RankingTests.Window(-1, 0);
        Assert.Equal(
            [RankingTests.Window(0, 1).StartTime.ToDateTimeOffset().AddMinutes(10), null, RankingTests.Window(-1, 0).EndTime.ToDateTimeOffset()],
            Suitability.UntilDeadline([cut, late, whole], deadline).Select(r => r.Window?.EndTime.ToDateTimeOffset()));
    }

    [Fact]
    public void BestComeFirstAndNoMoreThanOneLookUpTakes()
    {
        var items = Enumerable.Range(0, 600).Select(i => Item($"i{i}", 30 + i / 10.0)).ToArray();
        var selected = Suitability.Select(Any, items, 30);
        Assert.Equal(GridZones.MaxReferences, selected.Count);
        Assert.Equal("i599", selected[0].ItemId);
    }

    private static CatalogueItem Item(string id, double mix) => RankingTests.Item(id, mix, 100);

    private static IEnumerable<string> Select(WorkloadRecord workload, params CatalogueItem[] items) =>
        Suitability.Select(workload, items, 30).Select(i => i.ItemId);
}
