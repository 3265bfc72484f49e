using System.Net;
using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Tests;

public sealed class OrderTests
{
    [Fact]
    public async Task OrderGoesFromQuoteToBookingToCancellation()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var select = await OrderAsync(sandbox, BecknRequest.Order("select", "o1"));
        JsonAssert.Equal("QUOTE_REQUESTED", select["beckn:orderStatus"]);
        JsonAssert.Equal("QUOTED", select["beckn:fulfillment"]!["beckn:status"]);
        var quoted = Attributes(select);
        Assert.Equal(0.086, quoted["beckn:pricingParameters"]!["spotPrice"]!.Value<double>());
        JsonAssert.Equal("2026-03-10T09:00:00Z", quoted["beckn:timeWindow"]!["start"]);
        JsonAssert.Equal("2026-03-10T13:00:00Z", quoted["beckn:timeWindow"]!["end"]);
        JsonAssert.Equal("PT4H", quoted["beckn:timeWindow"]!["duration"]);

        var init = await OrderAsync(sandbox, BecknRequest.Order("init", "o1"));
        JsonAssert.Equal("INITIALIZED", init["beckn:orderStatus"]);
        Assert.Equal(412.8, Attributes(init)["beckn:pricingParameters"]!["estimatedCost"]!.Value<double>());
        Assert.Equal(1.2, Attributes(init)["beckn:capacityParameters"]!["reservedCapacity"]!.Value<double>());
        Assert.Equal(198.8, Attributes(init)["beckn:capacityParameters"]!["availableCapacity"]!.Value<double>());
        JsonAssert.Equal("next-billing-cycle", init["beckn:payment"]!["beckn:settlement"]);

        var confirm = await OrderAsync(sandbox, BecknRequest.Order("confirm", "o1"));
        JsonAssert.Equal("CONFIRMED", confirm["beckn:orderStatus"]);
        JsonAssert.Equal("CONFIRMED", confirm["beckn:fulfillment"]!["beckn:status"]);
        JsonAssert.Equal("2026-03-10T08:00:00Z", confirm["beckn:orderAttributes"]!["beckn:confirmationTimestamp"]);
        Assert.Equal(198.8, await FreeCapacityAsync(sandbox));
        JsonAssert.Equal("CONFIRMED", (await OrderAsync(sandbox, BecknRequest.Of("status", "o1")))["beckn:orderStatus"]);

        JsonAssert.Equal("CANCELLED", (await OrderAsync(sandbox, BecknRequest.Of("cancel", "o1")))["beckn:orderStatus"]);
        Assert.Equal(200, await FreeCapacityAsync(sandbox));
        var seen = await sandbox.OrderAsync("o1");
        JsonAssert.Equal("CANCELLED", seen["state"]);
        JsonAssert.Equal(1, seen["bookings"]);
        JsonAssert.Equal("batch-a", seen["workload_id"]);
        Assert.Equal(["select", "init", "confirm", "status", "cancel"], seen["history"]!.Select(h => h["action"]!.Value<string>()));
    }

    [Fact]
    public async Task RepeatedActionGetsTheSameAnswerAndNoSecondBooking()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await OrderAsync(sandbox, BecknRequest.Order("select", "o1"));
        await OrderAsync(sandbox, BecknRequest.Order("init", "o1"));
        var first = await OrderAsync(sandbox, BecknRequest.Order("confirm", "o1"));
        sandbox.Time.Advance(TimeSpan.FromMinutes(1));
        var again = await OrderAsync(sandbox, BecknRequest.Order("confirm", "o1"));
        Assert.True(JToken.DeepEquals(first, again));
        JsonAssert.Equal("INITIALIZED", (await OrderAsync(sandbox, BecknRequest.Order("init", "o1")))["beckn:orderStatus"]);
        JsonAssert.Equal("QUOTE_REQUESTED", (await OrderAsync(sandbox, BecknRequest.Order("select", "o1")))["beckn:orderStatus"]);
        var seen = await sandbox.OrderAsync("o1");
        JsonAssert.Equal("CONFIRMED", seen["state"]);
        JsonAssert.Equal(1, seen["bookings"]);
        Assert.Equal(198.8, await FreeCapacityAsync(sandbox));
    }

    [Fact]
    public async Task ConcurrentConfirmsBookOnce()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await OrderAsync(sandbox, BecknRequest.Order("init", "o1"));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => OrderAsync(sandbox, BecknRequest.Order("confirm", "o1"))));
        JsonAssert.Equal(1, (await sandbox.OrderAsync("o1"))["bookings"]);
    }

    [Fact]
    public async Task ConfirmWithoutInitIsABusinessError()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        Assert.Equal("30010", await ErrorOfAsync(sandbox, BecknRequest.Order("confirm", "o1")));
        await OrderAsync(sandbox, BecknRequest.Order("select", "o1"));
        Assert.Equal("40000", await ErrorOfAsync(sandbox, BecknRequest.Order("confirm", "o1")));
        JsonAssert.Equal(0, (await sandbox.OrderAsync("o1"))["bookings"]);
    }

    [Fact]
    public async Task UnknownIdsAreBusinessErrors()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        Assert.Equal("30004", await ErrorOfAsync(sandbox, BecknRequest.Order("select", "o1", "atlantis")));
        Assert.Equal("30010", await ErrorOfAsync(sandbox, BecknRequest.Of("cancel", "o1")));
        Assert.Equal("30010", await ErrorOfAsync(sandbox, BecknRequest.Of("status", "o1")));
        Assert.Equal("30000", await ErrorOfAsync(sandbox, BecknRequest.Of("select", "o1")));
        var wrongOffer = BecknRequest.Order("select", "o1");
        wrongOffer.Message["order"]!["beckn:orderItems"]![0]!["beckn:acceptedOffer"]!["beckn:id"] = "offer-x";
        Assert.Equal("30006", await ErrorOfAsync(sandbox, wrongOffer));
    }

    [Fact]
    public async Task ExhaustedWindowIsRefusedUntilABookingIsCancelled()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await OrderAsync(sandbox, BecknRequest.Order("init", "o1", megawatts: 150));
        await OrderAsync(sandbox, BecknRequest.Order("init", "o2", megawatts: 150));
        await OrderAsync(sandbox, BecknRequest.Order("confirm", "o1", megawatts: 150));
        Assert.Equal("40002", await ErrorOfAsync(sandbox, BecknRequest.Order("confirm", "o2", megawatts: 150)));
        await OrderAsync(sandbox, BecknRequest.Of("cancel", "o1"));
        JsonAssert.Equal("CONFIRMED", (await OrderAsync(sandbox, BecknRequest.Order("confirm", "o2", megawatts: 150)))["beckn:orderStatus"]);
    }

    [Fact]
    public async Task CapacityIsFullOnTheNextDay()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await OrderAsync(sandbox, BecknRequest.Order("init", "o1"));
        await OrderAsync(sandbox, BecknRequest.Order("confirm", "o1"));
        sandbox.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(200, await FreeCapacityAsync(sandbox));
    }

    [Fact]
    public async Task CancelledOrderStaysCancelled()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await OrderAsync(sandbox, BecknRequest.Order("select", "o1"));
        await OrderAsync(sandbox, BecknRequest.Of("cancel", "o1"));
        await OrderAsync(sandbox, BecknRequest.Of("cancel", "o1"));
        Assert.Equal("40000", await ErrorOfAsync(sandbox, BecknRequest.Order("init", "o1")));
        Assert.Equal("40000", await ErrorOfAsync(sandbox, BecknRequest.Order("confirm", "o1")));
    }

    [Fact]
    public async Task OrdersAndRequestsAreForgottenOnDemand()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await OrderAsync(sandbox, BecknRequest.Order("select", "o1"));
        JsonAssert.Equal("sync", Assert.Single((await sandbox.GetAsync("/admin/bpp/requests?action=select")).Body["requests"]!)["answer"]);
        await sandbox.SendAsync(HttpMethod.Delete, "/admin/bpp/orders", null);
        await sandbox.SendAsync(HttpMethod.Delete, "/admin/bpp/requests", null);
        JsonAssert.Equal(0, (await sandbox.GetAsync("/admin/bpp/orders")).Body["count"]);
        JsonAssert.Equal(0, (await sandbox.GetAsync("/admin/bpp/requests")).Body["count"]);
    }

    private static async Task<JToken> OrderAsync(SandboxFixture sandbox, BecknRequest request)
    {
        var (status, on) = await sandbox.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True(on["error"] is null, on.ToString());
        JsonAssert.Equal("on_" + request.Action, on["context"]!["action"]);
        return on["message"]!["order"]!;
    }

    private static async Task<string?> ErrorOfAsync(SandboxFixture sandbox, BecknRequest request)
    {
        var (status, on) = await sandbox.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.NotNull(on["context"]);
        return on["error"]?["code"]?.Value<string>();
    }

    private static JToken Attributes(JToken order) => order["beckn:orderItems"]![0]!["beckn:orderItemAttributes"]!;

    private static async Task<double> FreeCapacityAsync(SandboxFixture sandbox)
    {
        var (_, on) = await sandbox.SendAsync(BecknRequest.Discover("$[?(@.beckn:id == 'item-uk-norwich-morning')]"));
        return on.SelectToken("$.message.catalogs[0]['beckn:items'][0]['beckn:itemAttributes']['beckn:capacityParameters'].availableCapacity")!.Value<double>();
    }
}
