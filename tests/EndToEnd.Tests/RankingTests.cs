using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;
using Pylon.LocalStack.Machine;

namespace Pylon.EndToEnd.Tests;

public sealed partial class RankingTests(SharedStack stack) : SharedStackTests(stack)
{
    private static readonly string Examples =
        Path.Combine(Checkout.Find().Root, "..", "shared", "reference", "beckn", "examples", "compute-energy", "examples", "1.discover");

    [Fact]
    public async Task EightWindowsAreRankedOsloStockholmCopenhagen() =>
        await AssertRankingAsync(Read(Path.Combine(AppContext.BaseDirectory, "Catalogues", "eight-windows.json")));

    /// <summary>
    /// The published examples are not part of this repository. Without them the test above has their numbers. Their windows
    /// are moved to tomorrow, because one that is over ranks after those that are not.
    /// </summary>
    [Fact]
    public async Task PublishedExamplesAreRankedTheSame()
    {
        if (Directory.Exists(Examples))
            await AssertRankingAsync(new JsonArray([.. Directory.GetFiles(Examples, "on_discover*.json").Order(StringComparer.Ordinal).Select(ReadFromTomorrowOn)]));
    }

    private static JsonNode ReadFromTomorrowOn(string file)
    {
        var firstDay = new DateOnly(2025, 11, 17);
        var days = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).DayNumber + 1 - firstDay.DayNumber;
        return JsonNode.Parse(Date().Replace(
            File.ReadAllText(file), date => DateOnly.Parse(date.Value, CultureInfo.InvariantCulture).AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)))!;
    }

    [GeneratedRegex("2025-[01][0-9]-[0-3][0-9]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Date();

    private static JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(file))!;

    private async Task AssertRankingAsync(JsonNode catalogue)
    {
        await Sandbox.CatalogueAsync(catalogue);

        var id = await Gateway.SubmitAsync(new { workload_name = "rank me" });
        var workload = await Gateway.UntilAsync(id, "PENDING_USER_CHOICE");

        var ranked = GatewayClient.Recommendations(workload)
            .Select(one => (one["rank"]!.GetValue<int>(), one["locality"]!.GetValue<string>(), one["score"]!.GetValue<double>()));
        Assert.Equal([(1, "Oslo", 95.0), (2, "Stockholm", 90.5), (3, "Copenhagen", 81.5)], ranked);
    }
}
