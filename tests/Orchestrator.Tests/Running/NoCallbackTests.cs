using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pylon.Common.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Tests.Running;

/// <summary>A provider that acknowledges with HTTP 409: it will send no callback.</summary>
public sealed class NoCallbackTests
{
    [Fact]
    public async Task DiscoverWithoutACallbackIsAnEmptyCatalogue()
    {
        await using var provider = await Provider.StartAsync("discover");
        await using var stack = await OrchestratorStack.StartAsync("sync", $"--BPP_BASE_URL={provider.Url}");
        var workload = await stack.OfferedAsync();
        Assert.Equal(0, workload.Attempts);
        Assert.All(workload.Recommendations, r => Assert.Equal(RecommendationSource.Grid, r.Source));
        Assert.Single(provider.Asked);
    }

    [Theory]
    [InlineData("select")]
    [InlineData("init")]
    [InlineData("confirm")]
    public async Task ItemWithoutACallbackMakesRoomForTheNextBest(string action)
    {
        await using var provider = await Provider.StartAsync(action);
        await using var stack = await OrchestratorStack.StartAsync("sync", $"--BPP_BASE_URL={provider.Url}");
        var workload = await stack.OfferedAsync();
        Assert.Equal(0, workload.Attempts);
        Assert.Equal("item-1", workload.Recommendations[0].ItemId);
        Assert.Equal(BookingState.Confirmed, workload.Recommendations[0].BookingState);
        Assert.Equal("item-0", await stack.Database.ScalarAsync<string>("SELECT item_id FROM beckn_orders WHERE state = 'refused'"));
        Assert.Equal(2, provider.Asked.Count(a => a == action));
    }

    [Fact]
    public async Task BookingIsCancelledInTheEndAllTheSame()
    {
        await using var provider = await Provider.StartAsync("cancel");
        await using var stack = await OrchestratorStack.StartAsync("sync", $"--BPP_BASE_URL={provider.Url}");
        var workload = await stack.OfferedAsync();
        await stack.CancelAsync(workload.Id);
        await stack.UntilAsync(workload.Id, WorkloadStatus.Cancelled);
        Assert.Equal(2, provider.Asked.Count(a => a == "cancel"));
    }

    /// <summary>Answers the first message of one action with 409 and ACK, and everything else at once.</summary>
    private sealed class Provider : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private int _left = 1;

        private Provider(string without)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            _app = builder.Build();
            _app.MapPost("/{action}", async (string action, HttpContext http) =>
            {
                var request = (await JsonNode.ParseAsync(http.Request.Body))!;
                Asked.Add(action);
                if (action == without && Interlocked.Decrement(ref _left) == 0)
                    return Results.Text("""{"message":{"ack":{"status":"ACK"}},"error":{"code":"AckNoCallback","message":"nothing for you"}}""", "application/json", statusCode: 409);
                request["context"]!["action"] = $"on_{action}";
                if (action == "discover")
                    request["message"] = new JsonObject { ["catalogs"] = new JsonArray(new JsonObject { ["beckn:items"] = new JsonArray(Item(0), Item(1)) }) };
                return Results.Text(request.ToJsonString(), "application/json");
            });
        }

        public ConcurrentBag<string> Asked { get; } = [];

        public string Url => _app.Urls.Single();

        public static async Task<Provider> StartAsync(string without)
        {
            var provider = new Provider(without);
            await provider._app.StartAsync();
            return provider;
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private static JsonNode Item(int number) => JsonNode.Parse(
            $$$"""
            {"beckn:id":"item-{{{number}}}","beckn:provider":{"beckn:id":"p"},"beckn:descriptor":{"schema:name":"Window"},
             "beckn:itemAttributes":{"beckn:gridParameters":{"gridZone":"{{{(number == 0 ? "UK-SCOT-1" : "UK-EAST-1")}}}","renewableMix":{{{90 - number}}},"carbonIntensity":{{{50 + (number * 50)}}},"carbonIntensityUnit":"gCO2/kWh"} } }
            """)!;
    }
}
