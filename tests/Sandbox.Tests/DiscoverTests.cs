using System.Net;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Tests;

public sealed class DiscoverTests
{
    private const string Grid = "@.beckn:itemAttributes.beckn:gridParameters";

    [Fact]
    public async Task BuiltInWindowsAreTodayOrTomorrowWhenTheyAreOver()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var request = BecknRequest.Discover();
        var (status, on) = await sandbox.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, status);
        JsonAssert.Equal("on_discover", on["context"]!["action"]);
        JsonAssert.Equal(request.MessageId, on["context"]!["message_id"]);
        JsonAssert.Equal(request.TransactionId, on["context"]!["transaction_id"]);
        JsonAssert.Equal("sandbox.pylon.local", on["context"]!["bpp_id"]);
        // It is eight in the morning.
        var (today, tomorrow) = (on["message"]!["catalogs"]![0]!, on["message"]!["catalogs"]![1]!);
        JsonAssert.Equal("2026-03-10T00:00:00Z", today["beckn:validity"]!["schema:startDate"]);
        JsonAssert.Equal("2026-03-11T00:00:00Z", tomorrow["beckn:validity"]!["schema:startDate"]);
        Assert.Equal(["item-uk-shetland-night", "item-uk-london-night"], tomorrow["beckn:items"]!.Select(i => i["beckn:id"]!.Value<string>()));
        Assert.Equal(8, today["beckn:items"]!.Count());
        Assert.Equal(8, today["beckn:offers"]!.Count());
        Assert.Matches("^[0-9]{2}:00:00Z$", on.SelectToken("$.message.catalogs[0]['beckn:items'][0]['beckn:itemAttributes']['beckn:timeWindow'].start")!.Value<string>());
    }

    [Fact]
    public async Task FilterLeavesMatchingItemsAndTheirOffers()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (_, on) = await sandbox.SendAsync(BecknRequest.Discover($"$[?({Grid}.gridArea in ['Norwich', 'London'] && {Grid}.renewableMix >= 70)]"));
        var catalog = Assert.Single(on["message"]!["catalogs"]!);
        JsonAssert.Equal("item-uk-norwich-morning", Assert.Single(catalog["beckn:items"]!)["beckn:id"]);
        JsonAssert.Equal("offer-uk-norwich-morning", Assert.Single(catalog["beckn:offers"]!)["beckn:id"]);
        var (_, nothing) = await sandbox.SendAsync(BecknRequest.Discover($"$[?({Grid}.renewableMix > 100)]"));
        Assert.Empty(nothing["message"]!["catalogs"]!);
    }

    [Fact]
    public async Task InvalidFilterIsNacked()
    {
        await using var sandbox = await SandboxFixture.StartAsync("async");
        var (status, nack) = await sandbox.SendAsync(BecknRequest.Discover("$[?(@.a >= )]"));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        JsonAssert.Equal("NACK", nack["message"]!["ack"]!["status"]);
        JsonAssert.Equal("SCH_INVALID_JSONPATH", nack["error"]!["code"]);
        Assert.NotEqual("", nack["error"]!["message"]!.Value<string>());
    }

    [Theory]
    [InlineData("context")]
    [InlineData("context.version")]
    [InlineData("context.action")]
    [InlineData("context.domain")]
    [InlineData("context.timestamp")]
    [InlineData("context.message_id")]
    [InlineData("context.transaction_id")]
    [InlineData("context.bap_id")]
    [InlineData("context.bap_uri")]
    [InlineData("context.ttl")]
    [InlineData("context.bpp_id")]
    [InlineData("message.order")]
    [InlineData("message.order.beckn:id")]
    [InlineData("message")]
    public async Task MissingFieldIsNackedByName(string field)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var request = BecknRequest.Order("select", "o1").ToJson(sandbox.Bap.Uri);
        JToken owner = request;
        foreach (var name in field.Split('.')[..^1])
            owner = owner[name]!;
        ((JObject)owner).Remove(field.Split('.')[^1]);
        var (status, nack) = await sandbox.SendAsync(HttpMethod.Post, "/bpp/select", request.ToString());
        Assert.Equal(HttpStatusCode.BadRequest, status);
        JsonAssert.Equal("NACK", nack["message"]!["ack"]!["status"]);
        Assert.StartsWith(field + " ", nack["error"]!["message"]!.Value<string>(), StringComparison.Ordinal);
        JsonAssert.Equal(field, nack["error"]!["details"]!["path"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("{} {}")]
    [InlineData("""{"context":[],"message":{}}""")]
    [InlineData("""{"context":{"version":2},"message":{}}""")]
    public async Task InvalidBodyIsNacked(string body)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        foreach (var action in Bpp.Protocol.Actions.All)
        {
            var (status, nack) = await sandbox.SendAsync(HttpMethod.Post, "/bpp/" + action, body);
            Assert.Equal(HttpStatusCode.BadRequest, status);
            JsonAssert.Equal("NACK", nack["message"]!["ack"]!["status"]);
        }
    }

    [Fact]
    public async Task CatalogueCanBeReplacedAndRestored()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        const string two = """
            [{"message":{"catalogs":[{"beckn:id":"c1","beckn:items":[{"beckn:id":"i1"}]}]}},
             {"catalogs":[{"beckn:id":"c2","beckn:items":[{"beckn:id":"i2"},{"beckn:id":"i3"}]}]}]
            """;
        var (_, put) = await sandbox.SendAsync(HttpMethod.Put, "/admin/bpp/catalog", two);
        JsonAssert.Equal(3, put["item_count"]);
        var (_, on) = await sandbox.SendAsync(BecknRequest.Discover());
        Assert.Equal(["i1", "i2", "i3"], on.SelectTokens("$.message.catalogs[*]['beckn:items'][*]['beckn:id']").Select(i => i.Value<string>()));
        var (_, restored) = await sandbox.SendAsync(HttpMethod.Delete, "/admin/bpp/catalog", null);
        Assert.True(restored["built_in"]!.Value<bool>());
    }

    [Theory]
    [InlineData("{}", "message.catalogs")]
    [InlineData("""{"catalogs":[{}]}""", "catalogs[0].beckn:items")]
    [InlineData("""{"catalogs":[{"beckn:items":[{}]}]}""", "catalogs[0].beckn:items[0].beckn:id")]
    [InlineData("""[{"catalogs":[]},7]""", "[1].message.catalogs")]
    [InlineData("nonsense", "body")]
    public async Task WrongCatalogueIsRefusedByField(string body, string field)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (status, refusal) = await sandbox.SendAsync(HttpMethod.Put, "/admin/bpp/catalog", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        JsonAssert.Equal(field, refusal["field"]);
    }

    /// <summary>The published examples are not ours to ship; with them beside the repository they are served whole.</summary>
    [Fact]
    public async Task PublishedExamplesAreServedWhenPresent()
    {
        var folder = FindExamples();
        if (folder is null)
            return;
        await using var sandbox = await SandboxFixture.StartAsync("sync", "--SANDBOX_CATALOG=" + folder);
        var (_, on) = await sandbox.SendAsync(BecknRequest.Discover());
        Assert.Equal(8, on.SelectTokens("$.message.catalogs[*]['beckn:items'][*]").Count());
        var request = Json.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "discover-request.json")));
        var (_, filtered) = await sandbox.SendAsync(HttpMethod.Post, "/bpp/discover", request.ToString());
        Assert.Equal(
            ["item-ce-cambridge-morning-001", "item-ce-manchester-afternoon-001"],
            filtered.SelectTokens("$.message.catalogs[*]['beckn:items'][*]['beckn:id']").Select(i => i.Value<string>()));
    }

    private static string? FindExamples()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var examples = Path.Combine(folder.FullName, "shared/reference/beckn/examples/compute-energy/examples/1.discover");
            if (Directory.Exists(examples))
                return examples;
        }
        return null;
    }
}
