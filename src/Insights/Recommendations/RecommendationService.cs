using Grpc.Core;
using Pylon.Insights.Advice;
using Pylon.Insights.Entities;
using Pylon.Insights.Inputs;
using Pylon.Insights.Playbook;
using Pylon.Insights.V1;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Insights.Recommendations;

/// <summary>The gRPC service of recommendations and the playbook.</summary>
internal sealed class RecommendationService(
    RecommendationStore store, RecommendationDecisions decisions, Adviser adviser, MeasureBook book, LeverSimulation simulation)
    : V1.RecommendationService.RecommendationServiceBase
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;
    private const int MaxUser = 200;
    private const int MaxNote = 2000;
    private const int MaxFeatures = 100;
    private const double MaxKg = 1e15;

    private static readonly string[] Decided =
        [RecommendationStatus.Approved, RecommendationStatus.Implemented, RecommendationStatus.Verified, RecommendationStatus.NoEffect, RecommendationStatus.Worse, RecommendationStatus.NotMeasurable];

    public override async Task<ListRecommendationsResponse> ListRecommendations(ListRecommendationsRequest request, ServerCallContext context)
    {
        var (page, next) = await PageAsync(
            Word(request.Status, "status", RecommendationStatus.All),
            Field.OptionalUuid(request.HotspotId, "hotspot_id"),
            Field.Text(request.SupplierId, "supplier_id", 0, MaxUser),
            request.Limit,
            request.PageToken,
            context);
        return new ListRecommendationsResponse { Recommendations = { page }, NextPageToken = next };
    }

    public override async Task<ListPendingRecommendationsResponse> ListPendingRecommendations(ListPendingRecommendationsRequest request, ServerCallContext context)
    {
        var (page, next) = await PageAsync(RecommendationStatus.Pending, null, "", request.Limit, request.PageToken, context);
        return new ListPendingRecommendationsResponse { Recommendations = { page }, NextPageToken = next };
    }

    public override async Task<GetRecommendationResponse> GetRecommendation(GetRecommendationRequest request, ServerCallContext context)
    {
        var id = Field.Uuid(request.Id, "id");
        return await store.Of(context.Tenant()).FindAsync(id, context.CancellationToken) is { } found
            ? new GetRecommendationResponse { Recommendation = RecommendationMapping.ToProto(found) }
            : throw Refusal.NotFound("recommendation", id).AsException();
    }

    public override async Task<ApproveRecommendationResponse> ApproveRecommendation(ApproveRecommendationRequest request, ServerCallContext context)
    {
        var id = Field.Uuid(request.Id, "id");
        Check(await decisions.Of(context.Tenant()).ApproveAsync(id, User(request.UserId), Field.Text(request.Note, "note", 0, MaxNote), context.CancellationToken));
        return new ApproveRecommendationResponse
        {
            Status = RecommendationStatus.Approved,
            RecommendationId = id.ToString(),
            Message = "Recommendation approved; say when it is implemented",
        };
    }

    public override async Task<RejectRecommendationResponse> RejectRecommendation(RejectRecommendationRequest request, ServerCallContext context)
    {
        var id = Field.Uuid(request.Id, "id");
        Check(await decisions.Of(context.Tenant()).RejectAsync(id, User(request.UserId), Field.Text(request.Note, "note", 1, MaxNote), context.CancellationToken));
        return new RejectRecommendationResponse { Status = RecommendationStatus.Rejected, RecommendationId = id.ToString(), Message = "Recommendation rejected" };
    }

    public override async Task<ImplementRecommendationResponse> ImplementRecommendation(ImplementRecommendationRequest request, ServerCallContext context)
    {
        var id = Field.Uuid(request.Id, "id");
        var (user, note) = (User(request.UserId), Field.Text(request.Note, "note", 0, MaxNote));
        Check(await decisions.Of(context.Tenant()).ImplementAsync(id, user, note, Field.OptionalTime(request.ImplementedAt, "implemented_at"), context.CancellationToken));
        return new ImplementRecommendationResponse
        {
            Status = RecommendationStatus.Implemented,
            RecommendationId = id.ToString(),
            Message = "Recommendation implemented; its outcome is measured after 28 days",
        };
    }

    public override async Task<GetRecommendationStatsResponse> GetRecommendationStats(GetRecommendationStatsRequest request, ServerCallContext context)
    {
        var counts = await store.Of(context.Tenant()).CountAsync(context.CancellationToken);
        var decided = counts.Where(count => Decided.Contains(count.Status, StringComparer.Ordinal)).ToList();
        var response = new GetRecommendationStatsResponse
        {
            Total = counts.Sum(count => count.Count),
            ByStatus = { counts.ToDictionary(count => count.Status, count => count.Count, StringComparer.Ordinal) },
            MeasuredCo2Reduction = decided.Sum(count => count.MeasuredKg),
            ClaimedCo2Reduction = decided.Sum(count => count.ClaimedKg),
            PendingCo2Reduction = counts.Where(count => count.Status == RecommendationStatus.Pending).Sum(count => count.ClaimedKg),
        };
        response.TotalCo2Reduction = response.MeasuredCo2Reduction + response.ClaimedCo2Reduction;
        return response;
    }

    public override Task<ListPlaybookResponse> ListPlaybook(ListPlaybookRequest request, ServerCallContext context)
    {
        var (kind, cause) = (Word(request.Kind, "kind", PlaybookCheck.Kinds), Word(request.Cause, "cause", PlaybookCheck.Causes));
        var measures = book.Measures.Where(measure => IsOf(measure, kind, cause)).Select(RecommendationMapping.ToProto);
        return Task.FromResult(new ListPlaybookResponse { Version = book.Version, Measures = { measures } });
    }

    public override Task<SearchPlaybookResponse> SearchPlaybook(SearchPlaybookRequest request, ServerCallContext context)
    {
        var (kind, cause) = (Word(request.Kind, "kind", PlaybookCheck.Kinds), Word(request.Cause, "cause", PlaybookCheck.Causes));
        var found = book.Search(Field.Text(request.Query, "query", 1, MaxUser))
            .Where(one => IsOf(one.Measure, kind, cause))
            .Take(Limit(request.Limit))
            .Select(one => new FoundMeasure { Measure = RecommendationMapping.ToProto(one.Measure), Score = one.Score });
        return Task.FromResult(new SearchPlaybookResponse { Found = { found } });
    }

    public override async Task<SuggestMeasuresResponse> SuggestMeasures(SuggestMeasuresRequest request, ServerCallContext context)
    {
        var kind = Required(request.Kind, "kind", PlaybookCheck.Kinds);
        var cause = Required(request.Cause, "cause", PlaybookCheck.Causes);
        var region = Field.Range(request.RegionId, "region_id", 0, 18);
        var kg = Field.Range(request.Co2Kg, "co2_kg", 0, MaxKg);
        if (request.Features?.Fields.Count > MaxFeatures)
            throw Refusal.InvalidArgument("features", $"must have at most {MaxFeatures} features").AsException();
        var facts = RecommendationMapping.FactsOf(request.Features)?.Derive(kind)
            ?? throw Refusal.InvalidArgument("features", "must be numbers and words").AsException();
        int? regionId = region == 0 ? null : region;
        if (kg == 0)
            kg = await simulation.EstimateAsync(kind, facts, regionId, context.CancellationToken) ?? 0;
        var ranked = await adviser.AdviseAsync(kind, cause, new EntityActivity(facts, kg), regionId, new HashSet<string>(StringComparer.Ordinal), context.CancellationToken);
        return new SuggestMeasuresResponse { Measures = { ranked.Select(RecommendationMapping.ToProto) } };
    }

    private async Task<(IEnumerable<V1.Recommendation> Page, string Next)> PageAsync(
        string status, Guid? hotspotId, string supplierId, int limit, string token, ServerCallContext context)
    {
        var size = Limit(limit);
        var rows = await store.Of(context.Tenant()).PageAsync(PageToken.Decode(token), status, hotspotId, supplierId, size + 1, context.CancellationToken);
        var next = rows.Count > size ? new PageToken(new DateTimeOffset(rows[size - 1].CreatedAt, TimeSpan.Zero), rows[size - 1].Id).Encode() : "";
        return (rows.Take(size).Select(RecommendationMapping.ToProto), next);
    }

    private static bool IsOf(Playbook.Measure measure, string kind, string cause) =>
        (kind.Length == 0 || measure.Kinds.Contains(kind, StringComparer.Ordinal)) && (cause.Length == 0 || measure.Causes.Contains(cause, StringComparer.Ordinal));

    private static int Limit(int limit) => limit == 0 ? DefaultLimit : Field.Range(limit, "limit", 1, MaxLimit);

    private static string User(string userId) => Field.Text(userId, "user_id", 0, MaxUser);

    private static string Word(string word, string field, IReadOnlyList<string> words) => word.Length == 0 ? word : Required(word, field, words);

    private static string Required(string word, string field, IReadOnlyList<string> words) => words.Contains(word, StringComparer.Ordinal)
        ? word
        : throw Refusal.InvalidArgument(field, $"must be one of {string.Join(", ", words)}").AsException();

    private static void Check(Refusal? refusal)
    {
        if (refusal is not null)
            throw refusal.AsException();
    }
}
