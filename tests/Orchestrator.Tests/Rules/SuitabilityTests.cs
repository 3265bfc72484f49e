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
    public void LoadNeedsRoom()
    {
        CatalogueItem[] items = [Item("small", 90) with { AvailableCapacityMw = 1 }, Item("exact", 80) with { AvailableCapacityMw = 2 }, Item("silent", 70)];
        Assert.Equal(["exact", "silent"], Select(Any with { ComputeLoadMw = 2 }, items));
        Assert.Equal(["small", "exact", "silent"], Select(Any, items));
    }

    [Fact]
    public void WindowBeginsBeforeTheDeadline()
    {
        CatalogueItem[] items = [Item("late", 90) with { Window = RankingTests.Window(5, 9) }, Item("early", 80) with { Window = RankingTests.Window(1, 9) }, Item("silent", 70)];
        var deadline = RankingTests.Window(5, 6).StartTime.ToDateTimeOffset();
        Assert.Equal(["early", "silent"], Select(Any with { Deadline = deadline }, items));
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
