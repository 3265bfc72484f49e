using System.Globalization;
using Pylon.Insights.Freezing;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Insights.Recommendations;

/// <summary>What people decide about recommendations. Each answers with the refusal, or null when it is done.</summary>
internal sealed class RecommendationDecisions(RecommendationStore store, BaselineFreezer freezer, TimeProvider time)
{
    /// <summary>What is decided of one operator's.</summary>
    public RecommendationDecisions Of(Tenant tenant) => new(store.Of(tenant), freezer, time);

    /// <summary>Approves a pending recommendation and freezes the baseline of its outcome.</summary>
    public async Task<Refusal?> ApproveAsync(Guid id, string userId, string note, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (await store.FindAsync(id, cancellationToken) is not { } recommendation)
            return Unknown(id);
        if (IsDecided(recommendation, now))
            return AlreadyDecided(recommendation);
        var baseline = await freezer.FreezeAsync(recommendation.EntityRef, now, cancellationToken);
        return await store.ApproveAsync(recommendation, userId, note, now, baseline, cancellationToken)
            ? null
            : await AlreadyDecidedAsync(id, cancellationToken);
    }

    /// <summary>Rejects a pending recommendation.</summary>
    public async Task<Refusal?> RejectAsync(Guid id, string userId, string note, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (await store.FindAsync(id, cancellationToken) is not { } recommendation)
            return Unknown(id);
        if (IsDecided(recommendation, now))
            return AlreadyDecided(recommendation);
        return await store.RejectAsync(recommendation, userId, note, now, cancellationToken) ? null : await AlreadyDecidedAsync(id, cancellationToken);
    }

    /// <summary>Says that an approved recommendation is carried out; by a person, or by the service that books the shift.</summary>
    /// <param name="id">Of the recommendation.</param>
    /// <param name="userId">Who says so.</param>
    /// <param name="note">May be empty.</param>
    /// <param name="implementedAt">When; null for now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Refusal?> ImplementAsync(Guid id, string userId, string note, DateTimeOffset? implementedAt, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (await store.FindAsync(id, cancellationToken) is not { } recommendation)
            return Unknown(id);
        if (recommendation.Status != RecommendationStatus.Approved)
            return NotApproved(recommendation);
        var at = implementedAt ?? now;
        if (at > now || at.UtcDateTime < recommendation.DecidedAt)
            return Refusal.InvalidArgument("implemented_at", $"must be from the approval ({Text(recommendation.DecidedAt)}) to now");
        if (await store.ImplementAsync(recommendation, userId, note, at, now, cancellationToken))
            return null;
        return NotApproved(await store.FindAsync(id, cancellationToken) ?? recommendation);
    }

    private static bool IsDecided(Recommendation recommendation, DateTimeOffset now) =>
        recommendation.Status != RecommendationStatus.Pending || recommendation.ExpiresAt <= now.UtcDateTime;

    private async Task<Refusal> AlreadyDecidedAsync(Guid id, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } decided ? AlreadyDecided(decided) : Unknown(id);

    private static Refusal Unknown(Guid id) => Refusal.NotFound("recommendation", id);

    private static Refusal AlreadyDecided(Recommendation recommendation)
    {
        if (recommendation.DecidedAt is null)
        {
            return Refusal.AlreadyExists("ALREADY_DECIDED", $"the recommendation expired at {Text(recommendation.ExpiresAt)}: nobody decided in time") with
            {
                Metadata = Facts(("status", RecommendationStatus.Expired), ("decided_by", ""), ("decided_at", Text(recommendation.ExpiresAt))),
            };
        }

        // Implemented and measured ones were approved.
        var decision = recommendation.Status == RecommendationStatus.Rejected ? RecommendationStatus.Rejected : RecommendationStatus.Approved;
        var message = $"{Who(recommendation.DecidedBy)} {decision} the recommendation at {Text(recommendation.DecidedAt)}: the first decision stands";
        return Refusal.AlreadyExists("ALREADY_DECIDED", message) with
        {
            Metadata = Facts(("status", decision), ("decided_by", recommendation.DecidedBy), ("decided_at", Text(recommendation.DecidedAt))),
        };
    }

    private static Refusal NotApproved(Recommendation recommendation)
    {
        if (recommendation.ImplementedAt is null)
            return Refusal.FailedPrecondition("NOT_APPROVED", $"the recommendation is {recommendation.Status}: it must be approved first");
        var message = $"{Who(recommendation.ImplementedBy)} said that it is implemented since {Text(recommendation.ImplementedAt)}";
        return Refusal.AlreadyExists("ALREADY_IMPLEMENTED", message) with
        {
            Metadata = Facts(
                ("status", recommendation.Status), ("implemented_by", recommendation.ImplementedBy), ("implemented_at", Text(recommendation.ImplementedAt))),
        };
    }

    private static string Who(string userId) => userId.Length > 0 ? userId : "somebody who gave no name";

    private static string Text(DateTime? time) => time?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    private static Dictionary<string, string> Facts(params (string Name, string Value)[] facts) =>
        facts.ToDictionary(fact => fact.Name, fact => fact.Value, StringComparer.Ordinal);
}
