using Google.Protobuf;
using Npgsql;
using Pylon.Events.V1;
using Pylon.Insights.Audit;
using Pylon.Insights.Publishing;

namespace Pylon.Insights.Recommendations;

/// <summary>What is logged and published with each change of a recommendation, in the transaction of the change.</summary>
internal static class RecommendationEvents
{
    private const string EntityType = "recommendation";

    public static NpgsqlBatchCommand[] Proposed(Recommendation recommendation) =>
        Of(recommendation, "recommendation_proposed", RecommendationStatus.Pending, "", "", facts => new RecommendationProposed { Recommendation = facts });

    /// <summary>Approved, rejected or expired.</summary>
    public static NpgsqlBatchCommand[] Decided(Recommendation recommendation, string status, string userId, string note) =>
        Of(recommendation, $"recommendation_{status}", status, userId, note, facts => new RecommendationDecided { Recommendation = facts });

    public static NpgsqlBatchCommand[] Implemented(Recommendation recommendation, string userId, string note) => Of(
        recommendation, "recommendation_implemented", RecommendationStatus.Implemented, userId, note, facts => new RecommendationImplemented { Recommendation = facts });

    public static NpgsqlBatchCommand[] Measured(Recommendation recommendation, string status, string reason) =>
        Of(recommendation, "recommendation_measured", status, "", reason, facts => new RecommendationMeasured { Recommendation = facts });

    private static NpgsqlBatchCommand[] Of(
        Recommendation recommendation, string action, string status, string userId, string note, Func<RecommendationFacts, IMessage> payload)
    {
        var id = recommendation.Id.ToString();
        var facts = new RecommendationFacts
        {
            Id = id,
            HotspotId = recommendation.HotspotId.ToString(),
            Title = recommendation.Title,
            Status = status,
            SimulatedKg = recommendation.SimulatedKg ?? 0,
            UserId = userId,
        };
        var metadata = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["status"] = status,
            ["hotspot_id"] = facts.HotspotId,
            ["playbook_id"] = recommendation.PlaybookId,
            ["engine"] = recommendation.Engine,
        };
        return [AuditLog.Entry(action, EntityType, id, userId, note, metadata), InsightsEvents.Append(recommendation.HotspotId, id, payload(facts))];
    }
}
