using System.Text.Json;
using System.Text.Json.Nodes;
using Pylon.Beckn;
using Pylon.Common.V1;
using Pylon.Orchestrator.Beckn;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Tests.Rules;

public sealed class BecknMessagesTests
{
    private const string Core = "https://raw.githubusercontent.com/beckn/protocol-specifications-new/refs/heads/draft/schema/core/v2/context.jsonld";
    private const string ComputeEnergy = "https://raw.githubusercontent.com/beckn/protocol-specifications-new/refs/heads/draft/schema/ComputeEnergy/v1/context.jsonld";

    private static readonly BecknOptions Options = new()
    {
        BaseUrl = new Uri("http://localhost:5300/bpp/"),
        Id = "bpp.before.discover",
        BapId = "pylon.example",
        BapUri = new Uri("http://localhost:8080/beckn/"),
        CallbackTimeout = TimeSpan.FromSeconds(29.5),
    };

    private static readonly WorkloadRecord Bare = new() { Id = new Guid("11111111-2222-3333-4444-555555555555"), Name = "training" };

    private static readonly WorkloadRecord Full = Bare with
    {
        WorkloadType = "AI_TRAINING",
        Urgency = "HIGH",
        ComputeLoadMw = 1.2,
        RequiredGpuMins = 288_000,
        MaxTotalGco2 = 576_000,
        UserEmail = "leena@example.org",
    };

    private static readonly Recommendation Choice = new()
    {
        ItemId = "item-harbour",
        ProviderId = "provider-north",
        Window = RankingTests.Window(-2, 2),
    };

    private static readonly ProviderOffer Provider = new(
        "windows.example", "https://windows.example/bpp", JsonDocument.Parse("""{"beckn:id":"offer-harbour","beckn:price":{"currency":"GBP","price":0.102}}""").RootElement);

    [Fact]
    public void ContextNamesUsTheMessageAndTheProvider()
    {
        var (transaction, message) = (Guid.NewGuid(), Guid.NewGuid());
        var now = new DateTimeOffset(2026, 3, 4, 13, 5, 6, 78, TimeSpan.FromHours(1));
        Same(
            $$"""
            {
              "version": "2.0.0", "action": "select", "domain": "beckn.one:DEG:compute-energy:1.0",
              "timestamp": "2026-03-04T12:05:06.078Z", "message_id": "{{message}}", "transaction_id": "{{transaction}}",
              "bap_id": "pylon.example", "bap_uri": "http://localhost:8080/beckn",
              "bpp_id": "windows.example", "bpp_uri": "https://windows.example/bpp",
              "ttl": "PT30S", "schema_context": ["{{ComputeEnergy}}"]
            }
            """,
            BecknContext.Of(Options, "select", transaction, message, now, Provider.BppId, Provider.BppUri));
    }

    [Fact]
    public void DiscoverNamesNoProvider()
    {
        var context = BecknContext.Of(Options, "discover", Guid.NewGuid(), Guid.NewGuid(), DateTimeOffset.UnixEpoch);
        Assert.False(context.ContainsKey("bpp_id") || context.ContainsKey("bpp_uri"));
    }

    [Fact]
    public void ProviderThatDidNotNameItselfIsTheOneOfTheSettings()
    {
        var context = BecknContext.Of(Options, "select", Guid.NewGuid(), Guid.NewGuid(), DateTimeOffset.UnixEpoch);
        Assert.Equal(("bpp.before.discover", "http://localhost:5300/bpp"), ((string?)context["bpp_id"], (string?)context["bpp_uri"]));
    }

    [Theory]
    [InlineData(null, null, "$[?(@.beckn:itemAttributes.beckn:gridParameters.renewableMix >= 30)]")]
    [InlineData(null, 1.25, "$[?(@.beckn:itemAttributes.beckn:gridParameters.renewableMix >= 30 && @.beckn:itemAttributes.beckn:capacityParameters.availableCapacity >= 1.25)]")]
    [InlineData(99.5, null, "$[?(@.beckn:itemAttributes.beckn:gridParameters.renewableMix >= 30 && @.beckn:itemAttributes.beckn:gridParameters.carbonIntensity <= 99.5)]")]
    public void DiscoverFiltersByWhatAProviderCanJudge(double? carbonIntensity, double? load, string expression)
    {
        var message = BecknMessages.Discover(30, carbonIntensity, load);
        Assert.Equal(("jsonpath", expression), ((string?)message["filters"]!["type"], (string?)message["filters"]!["expression"]));
    }

    [Fact]
    public void SelectAsksForTheItemUnderItsOffer() => Same(
        $$"""
        {
          "order": {
            "@context": "{{Core}}", "@type": "beckn:Order",
            "beckn:id": "o1", "beckn:orderStatus": "QUOTE_REQUESTED", "beckn:seller": "provider-north", "beckn:buyer": "buyer-pylon.example",
            "beckn:orderItems": [
              {
                "@type": "beckn:OrderItem", "beckn:lineId": "o1-1", "beckn:orderedItem": "item-harbour", "beckn:quantity": 1,
                "beckn:acceptedOffer": { "beckn:id": "offer-harbour", "beckn:price": { "currency": "GBP", "price": 0.102 } }
              }
            ]
          }
        }
        """,
        BecknMessages.Select("o1", Choice, Provider, Options));

    [Fact]
    public void ItemWithoutAnOfferIsOrderedWithoutOne()
    {
        var item = BecknMessages.Select("o1", Choice, Provider with { Offer = null }, Options)["order"]!["beckn:orderItems"]![0]!.AsObject();
        Assert.False(item.ContainsKey("beckn:acceptedOffer"));
    }

    [Fact]
    public void InitSaysWhoWhatAndWhen()
    {
        var order = BecknMessages.Init("o1", Full, Choice, Provider, Options)["order"]!.AsObject();
        Assert.Equal("INITIALIZED", (string?)order["beckn:orderStatus"]);
        Same($$"""{ "@context": "{{Core}}", "@type": "schema:Invoice", "schema:customer": { "email": "leena@example.org" } }""", order["beckn:invoice"]!);
        Same(
            $$"""
            {
              "@context": "{{Core}}", "@type": "beckn:Fulfillment", "beckn:id": "fulfillment-o1", "beckn:mode": "GRID-BASED", "beckn:status": "PENDING",
              "beckn:deliveryAttributes": {
                "@context": "{{ComputeEnergy}}", "@type": "beckn:ComputeEnergyFulfillment",
                "beckn:computeLoad": 1.2, "beckn:computeLoadUnit": "MW",
                "beckn:timeWindow": { "start": "2026-03-04T10:00:00.000Z", "end": "2026-03-04T14:00:00.000Z" },
                "beckn:workloadMetadata": {
                  "workloadType": "AI_TRAINING", "workloadId": "11111111-2222-3333-4444-555555555555", "gpuHours": 4800,
                  "carbonBudget": 576, "carbonBudgetUnit": "kgCO2"
                }
              }
            }
            """,
            order["beckn:fulfillment"]!);
        Same(
            $$"""
            {
              "@context": "{{ComputeEnergy}}", "@type": "beckn:ComputeEnergyOrder",
              "beckn:requestType": "compute_slot_reservation", "beckn:priority": "high", "beckn:flexibilityLevel": "high"
            }
            """,
            order["beckn:orderAttributes"]!);
    }

    [Fact]
    public void FigureThatNobodyGaveIsNotSent()
    {
        var order = BecknMessages.Init("o1", Bare, new Recommendation { ItemId = "i" }, Provider, Options)["order"]!.AsObject();
        Assert.False(order.ContainsKey("beckn:invoice"));
        Same(
            $$"""
            {
              "@context": "{{ComputeEnergy}}", "@type": "beckn:ComputeEnergyFulfillment",
              "beckn:workloadMetadata": { "workloadType": "COMPUTE", "workloadId": "11111111-2222-3333-4444-555555555555" }
            }
            """,
            order["beckn:fulfillment"]!["beckn:deliveryAttributes"]!);
    }

    [Fact]
    public void ConfirmIsTheInitWithPayment()
    {
        var init = BecknMessages.Init("o1", Full, Choice, Provider, Options)["order"]!.AsObject();
        var confirm = BecknMessages.Confirm("o1", Full, Choice, Provider, Options)["order"]!.AsObject();
        Assert.Equal(("CONFIRMED", "CONFIRMED"), ((string?)confirm["beckn:orderStatus"], (string?)confirm["beckn:fulfillment"]!["beckn:status"]));
        Same($$"""{ "@context": "{{ComputeEnergy}}", "@type": "beckn:ComputeEnergyPayment", "beckn:settlement": "next-billing-cycle" }""", confirm["beckn:payment"]!);
        foreach (var same in new[] { "beckn:id", "beckn:orderItems", "beckn:invoice", "beckn:orderAttributes", "beckn:seller", "beckn:buyer" })
            Same(init[same]!.ToJsonString(), confirm[same]!);
    }

    [Fact]
    public void CancelNamesTheOrder() => Same("""{ "order": { "beckn:id": "o1" } }""", BecknMessages.Cancel("o1"));

    private static void Same(string expected, JsonNode actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual.ToJsonString())), actual.ToJsonString());
}
