using System.Text.Json.Nodes;
using Pylon.Common.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Tests.Running;

public sealed class CatalogueTests
{
    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task BadItemsAreLeftOutWithTheirReasonsAndTheOthersRanked(string style)
    {
        await using var stack = await OrchestratorStack.StartAsync(style);
        await stack.ChangeCatalogueAsync(catalogues =>
        {
            var items = Items(catalogues);
            Add(items, "long", grid => grid["gridZone"] = new string('Z', 201));
            Add(items, "area", grid => grid["gridArea"] = new string('A', 500));
            Add(items, "control", grid => grid["gridZone"] = "UK\u0007");
            Add(items, "nul", grid => grid["gridZone"] = "UK\0");
            Add(items, "number", grid => grid["gridZone"] = 7);
        });
        var workload = await stack.OfferedAsync();

        Assert.Equal(["UK-SCOT-1", "UK-SCOT-4", "UK-EAST-1"], workload.Recommendations.Select(r => r.GridZoneCode));
        Assert.Equal(0, workload.Attempts);
        Assert.Contains("1 item, because gridZone has more than 200 characters", workload.Summary, StringComparison.Ordinal);
        Assert.Contains("2 items, because gridZone has a character that is not text", workload.Summary, StringComparison.Ordinal);
    }

    private static JsonArray Items(JsonArray catalogues) => catalogues[0]!["beckn:items"]!.AsArray();

    /// <summary>An item better than all others, with a fault.</summary>
    private static void Add(JsonArray items, string id, Action<JsonNode> fault)
    {
        var item = items[0]!.DeepClone();
        item["beckn:id"] = id;
        var grid = item["beckn:itemAttributes"]!["beckn:gridParameters"]!;
        grid["renewableMix"] = 100;
        grid["carbonIntensity"] = 1;
        fault(grid);
        items.Add(item);
    }
}
