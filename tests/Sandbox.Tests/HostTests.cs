using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Bpp.Catalogs;
using Pylon.Sandbox.Bpp.Orders;
using Pylon.Sandbox.Bpp.Protocol;
using Pylon.Sandbox.Requests;
using Pylon.Testing;

namespace Pylon.Sandbox.Tests;

public sealed class HostTests
{
    [Fact]
    public async Task HealthAndIndexAnswer()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        JsonAssert.Equal("healthy", (await sandbox.GetAsync("/health")).Body["status"]);
        Assert.NotEmpty((await sandbox.GetAsync("/")).Body["endpoints"]!);
    }

    [Theory]
    [InlineData("PYLON_HTTP_PORT", "many")]
    [InlineData("SANDBOX_BPP_STYLE", "pigeon")]
    [InlineData("SANDBOX_FRESH_MESSAGE_IDS", "perhaps")]
    [InlineData("SANDBOX_CATALOG", "no-such-file.json")]
    [InlineData("SANDBOX_WORKERS", "perhaps")]
    [InlineData("SANDBOX_PART_MS", "soon")]
    [InlineData("SANDBOX_PART_KWH", "-1")]
    [InlineData("PYLON_URL", "nowhere")]
    public void WrongSettingStopsTheStartByName(string name, string value)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Program.Build([$"--{name}={value}"]));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EndedOrdersAreEvictedFirst()
    {
        var time = new FakeTime();
        var catalogs = new CatalogStore(new BppOptions("bpp", Sync: true, FreshMessageIds: false, CamelCase: false, Catalog: null), time);
        var orders = new OrderBook(catalogs, time, mostOrders: 3);
        Handle(orders, BecknRequest.Order("select", "open"));
        Handle(orders, BecknRequest.Order("init", "ended"));
        Handle(orders, BecknRequest.Order("confirm", "ended"));
        foreach (var id in new[] { "n1", "n2", "n3" })
            Handle(orders, BecknRequest.Order("select", id));
        Assert.Equal(["n1", "n2", "n3"], orders.List(_ => true)["orders"]!.Select(o => o["id"]!.Value<string>()).Order());
    }

    [Theory]
    [InlineData("22:00:00Z", "06:00:00Z", "2026-03-10T22:00:00Z", "2026-03-11T06:00:00Z")]
    [InlineData("06:00:00Z", "10:00:00Z", "2026-03-10T06:00:00Z", "2026-03-10T10:00:00Z")]
    [InlineData("01:00:00Z", "05:00:00Z", "2026-03-11T01:00:00Z", "2026-03-11T05:00:00Z")]
    [InlineData("2025-11-17T10:00:00Z", "2025-11-17T14:00:00Z", "2025-11-17T10:00:00Z", "2025-11-17T14:00:00Z")]
    public void SlotIsTheCurrentOrNextWindow(string start, string end, string expectedStart, string expectedEnd)
    {
        var item = new JObject { ["beckn:itemAttributes"] = new JObject { ["beckn:timeWindow"] = new JObject { ["start"] = start, ["end"] = end } } };
        var slot = Json.From(Slot.Next(item, new DateTimeOffset(2026, 3, 10, 8, 0, 0, TimeSpan.Zero)));
        Assert.Equal((expectedStart, expectedEnd), (slot["start"]!.Value<string>(), slot["end"]!.Value<string>()));
    }

    private static void Handle(OrderBook orders, BecknRequest request) =>
        Assert.Null(orders.Handle(Envelope.Read(request.Action, request.ToJson("http://bap.test").ToString(), camelCase: false)).Error);
}
