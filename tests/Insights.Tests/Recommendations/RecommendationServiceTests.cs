using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Insights.V1;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Recommendations;

public sealed class RecommendationServiceTests
{
    private static readonly string[] OneHour = ["--Recommendations:PollInterval=01:00:00"];

    [Fact]
    public async Task A_recommendation_is_listed_approved_implemented_and_counted()
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        var (database, client) = (stack.Database.Database, new RecommendationService.RecommendationServiceClient(stack.Channel));
        await database.AddFactoryAsync("F1");
        var hotspot = await database.AddHotspotAsync("F1", "info");
        var first = (await database.AddRecommendationAsync(hotspot, 1, kg: 100)).ToString();
        var second = (await database.AddRecommendationAsync(hotspot, 2, "time_shift", kg: 40)).ToString();

        Assert.Equal(2, (await client.ListPendingRecommendationsAsync(new ListPendingRecommendationsRequest())).Recommendations.Count);
        var approved = await client.ApproveRecommendationAsync(new ApproveRecommendationRequest { Id = first, UserId = "ann" });
        var stats = await client.GetRecommendationStatsAsync(new GetRecommendationStatsRequest());
        var implemented = await client.ImplementRecommendationAsync(new ImplementRecommendationRequest { Id = first, UserId = "ann" });
        var read = (await client.GetRecommendationAsync(new GetRecommendationRequest { Id = first })).Recommendation;

        Assert.Equal(("approved", first), (approved.Status, approved.RecommendationId));
        Assert.Equal((2, 100.0, 40.0, 0.0), (stats.Total, stats.TotalCo2Reduction, stats.PendingCo2Reduction, stats.MeasuredCo2Reduction));
        Assert.Equal(1, stats.ByStatus["approved"]);
        Assert.Equal("implemented", implemented.Status);
        Assert.Equal(("implemented", "ann", "ann"), (read.Status, read.DecidedBy, read.ImplementedBy));
        Assert.Equal(second, Assert.Single((await client.ListRecommendationsAsync(new ListRecommendationsRequest { Status = "pending" })).Recommendations).Id);
    }

    [Fact]
    public async Task A_second_decision_is_refused_with_the_first()
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        var (database, client) = (stack.Database.Database, new RecommendationService.RecommendationServiceClient(stack.Channel));
        await database.AddFactoryAsync("F1");
        var id = (await database.AddRecommendationAsync(await database.AddHotspotAsync("F1", "info"))).ToString();
        await client.ApproveRecommendationAsync(new ApproveRecommendationRequest { Id = id, UserId = "ann" });

        var refused = await Assert.ThrowsAsync<RpcException>(() => client.RejectRecommendationAsync(new RejectRecommendationRequest { Id = id, UserId = "bob", Note = "no" }).ResponseAsync);

        Assert.Equal(StatusCode.AlreadyExists, refused.StatusCode);
        Assert.StartsWith("ann approved the recommendation at", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status", "status must be one of pending, approved")]
    [InlineData("limit", "limit must be from 1 to 100")]
    [InlineData("hotspot_id", "hotspot_id must be a UUID")]
    [InlineData("page_token", "page_token must be the next_page_token")]
    public async Task A_wrong_field_is_refused_by_its_name(string field, string expected)
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        var client = new RecommendationService.RecommendationServiceClient(stack.Channel);
        var request = new ListRecommendationsRequest();
        switch (field)
        {
            case "status": request.Status = "open"; break;
            case "limit": request.Limit = 101; break;
            case "hotspot_id": request.HotspotId = "1"; break;
            default: request.PageToken = "x"; break;
        }

        var refused = await Assert.ThrowsAsync<RpcException>(() => client.ListRecommendationsAsync(request).ResponseAsync);

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.StartsWith(expected, refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rejection_needs_a_note()
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        var client = new RecommendationService.RecommendationServiceClient(stack.Channel);

        var refused = await Assert.ThrowsAsync<RpcException>(
            () => client.RejectRecommendationAsync(new RejectRecommendationRequest { Id = Guid.NewGuid().ToString(), Note = " " }).ResponseAsync);

        Assert.Equal((StatusCode.InvalidArgument, "note must have 1 to 2000 characters"), (refused.StatusCode, refused.Status.Detail));
    }

    [Fact]
    public async Task Pages_follow_one_another_without_gaps()
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        var (database, client) = (stack.Database.Database, new RecommendationService.RecommendationServiceClient(stack.Channel));
        await database.AddFactoryAsync("F1");
        var hotspot = await database.AddHotspotAsync("F1", "info");
        for (var rank = 1; rank <= 3; rank++)
            await database.AddRecommendationAsync(hotspot, rank);

        var seen = new List<string>();
        var token = "";
        do
        {
            var page = await client.ListRecommendationsAsync(new ListRecommendationsRequest { Limit = 1, PageToken = token, SupplierId = "F1", HotspotId = hotspot.ToString() });
            seen.AddRange(page.Recommendations.Select(r => r.Id));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal(3, seen.Distinct().Count());
    }

    [Fact]
    public async Task Suggestions_are_simulated_on_the_given_features()
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        var client = new RecommendationService.RecommendationServiceClient(stack.Channel);
        var features = new Struct
        {
            Fields =
            {
                ["distance_km"] = Value.ForNumber(500), ["load_kg"] = Value.ForNumber(10_000), ["vehicle_type"] = Value.ForString("artic_over_33t"), ["fuel_type"] = Value.ForString("diesel"),
            },
        };

        var answer = await client.SuggestMeasuresAsync(new SuggestMeasuresRequest { Kind = "logistics", Cause = "factor", Features = features });

        // 10 t × 500 km: 385.15 kg by artic; by rail 10 % more kilometres × 0.02779.
        var rail = Assert.Single(answer.Measures, m => m.Measure.Id == "logistics-rail");
        Assert.Equal("simulated", rail.Basis);
        Assert.Equal(385.15 - (5500 * 0.02779), rail.SavedKg, 6);
        Assert.True(rail.LowKg < rail.SavedKg && rail.SavedKg < rail.HighKg);
        Assert.Contains("distance_km >= 300", rail.Measure.Preconditions);
    }

    [Fact]
    public async Task The_playbook_is_listed_and_searched()
    {
        await using var stack = await InsightsStack.StartAsync(null, OneHour);
        var client = new RecommendationService.RecommendationServiceClient(stack.Channel);

        var listed = await client.ListPlaybookAsync(new ListPlaybookRequest { Kind = "warehouse", Cause = "grid" });
        var found = await client.SearchPlaybookAsync(new SearchPlaybookRequest { Query = "insulation of the cold store", Kind = "warehouse", Limit = 2 });

        Assert.NotEmpty(listed.Measures);
        Assert.All(listed.Measures, m => Assert.Contains("warehouse", m.Kinds));
        Assert.Equal("warehouse-insulation", found.Found[0].Measure.Id);
        Assert.InRange(found.Found.Count, 1, 2);
    }
}
