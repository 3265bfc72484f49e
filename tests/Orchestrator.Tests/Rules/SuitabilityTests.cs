using Pylon.Beckn;
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
    public void OfGridDataThePartBeforeTheDeadlineCounts()
    {
        var deadline = RankingTests.Window(0, 1).StartTime.ToDateTimeOffset().AddMinutes(10);
        var (cut, late, whole) = (RankingTests.Region(1, 50), RankingTests.Region(2, 50), RankingTests.Region(3, 50));
        late.Window = RankingTests.Window(1, 2);
        whole.Window = RankingTests.Window(-1, 0);
        Assert.Equal(
            [deadline, RankingTests.Window(1, 2).EndTime.ToDateTimeOffset(), RankingTests.Window(-1, 0).EndTime.ToDateTimeOffset()],
            new[] { cut, late, whole }.Select(r => Suitability.UntilDeadline(r, deadline).Window.EndTime.ToDateTimeOffset()));
        Assert.Equal(RankingTests.Window(0, 1), cut.Window);
    }

    [Fact]
    public void BestComeFirstAndNoMoreThanOneLookUpTakes()
    {
        var items = Enumerable.Range(0, 600).Select(i => Item($"i{i}", 30 + i / 10.0)).ToArray();
        var selected = Suitability.Select(Any, items, 30, ConstraintTests.NoLimits, RankingTests.Window(0, 1).StartTime.ToDateTimeOffset());
        Assert.Equal(GridZones.MaxReferences, selected.Count);
        Assert.Equal("i599", selected[0].ItemId);
    }

    private static CatalogueItem Item(string id, double mix) => RankingTests.Item(id, mix, 100);

    private static IEnumerable<string> Select(WorkloadRecord workload, params CatalogueItem[] items) =>
        Suitability.Select(workload, items, 30, ConstraintTests.NoLimits, RankingTests.Window(0, 1).StartTime.ToDateTimeOffset()).Select(i => i.ItemId);
}
