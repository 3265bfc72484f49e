using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Insights.Baselines;
using Pylon.Insights.Episodes;
using Pylon.Insights.V1;
using Pylon.Postgres;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Insights.Hotspots;

/// <summary>The gRPC service of hotspots and of what is normal.</summary>
internal sealed class HotspotService(
    HotspotStore store, BaselineStore baselines, BaselineBuilder builder, Scanner scanner, IOptions<HotspotOptions> options, TimeProvider time)
    : V1.HotspotService.HotspotServiceBase
{
    private const int MaxNote = 2000;
    private const int MaxUser = 200;
    private static readonly TimeSpan LongestUntil = TimeSpan.FromDays(366);
    private static readonly string[] Active = [HotspotStatus.Watching, HotspotStatus.Open, HotspotStatus.Acknowledged];
    private static readonly string[] EntityTypes = ["supplier", "route", "factory", "warehouse", "data_centre", "region"];

    public override async Task<ListHotspotsResponse> ListHotspots(ListHotspotsRequest request, ServerCallContext context)
    {
        var statuses = request.Status switch
        {
            "" => Array.Empty<string>(),
            "active" => Active,
            HotspotStatus.Watching or HotspotStatus.Open or HotspotStatus.Acknowledged or HotspotStatus.Resolved or HotspotStatus.Ignored => [request.Status],
            _ => throw Refusal.InvalidArgument("status", "must be active, watching, open, acknowledged, resolved or ignored").AsException(),
        };
        if (request.Severity is not ("" or "info" or "warn" or "critical"))
            throw Refusal.InvalidArgument("severity", "must be info, warn or critical").AsException();
        var limit = request.HasLimit ? Field.Range(request.Limit, "limit", 1, 100) : 20;
        return new ListHotspotsResponse { Hotspots = { (await store.Of(context.Tenant()).ListAsync(statuses, request.Severity, limit, context.CancellationToken)).Select(ToProto) } };
    }

    public override async Task<ListTopHotspotsResponse> ListTopHotspots(ListTopHotspotsRequest request, ServerCallContext context)
    {
        var limit = request.HasLimit ? Field.Range(request.Limit, "limit", 1, 20) : 5;
        return new ListTopHotspotsResponse { Hotspots = { (await store.Of(context.Tenant()).TopAsync(limit, context.CancellationToken)).Select(ToProto) } };
    }

    public override async Task<GetHotspotStatsResponse> GetHotspotStats(GetHotspotStatsRequest request, ServerCallContext context)
    {
        var counts = await store.Of(context.Tenant()).CountAsync(context.CancellationToken);
        return new GetHotspotStatsResponse
        {
            Total = counts.Sum(one => one.Count),
            BySeverity = new SeverityCounts { Critical = Of("critical"), Warn = Of("warn"), Info = Of("info") },
            ByEntityType = { counts.GroupBy(one => one.EntityType, StringComparer.Ordinal).ToDictionary(type => type.Key, type => type.Sum(one => one.Count), StringComparer.Ordinal) },
        };

        int Of(string severity) => counts.Where(one => one.Severity == severity).Sum(one => one.Count);
    }

    public override async Task<ScanHotspotsResponse> ScanHotspots(ScanHotspotsRequest request, ServerCallContext context)
    {
        var scan = await scanner.ScanAsync(context.CancellationToken);
        var found = await store.Of(context.Tenant()).FindAsync(scan.Hotspots, context.CancellationToken);
        return new ScanHotspotsResponse
        {
            Status = "success",
            // A scan is one of all operators; a caller of one is told what is its own.
            HotspotsFound = context.Tenant().IsAll ? scan.Found : found.Count,
            Hotspots = { found.Select(ToProto) },
        };
    }

    public override async Task<GetHotspotResponse> GetHotspot(GetHotspotRequest request, ServerCallContext context)
    {
        var hotspot = ToProto(await FindAsync(Field.Uuid(request.Id, "id"), context));
        foreach (var (entity, type) in await store.Of(context.Tenant()).LinkedAsync(Guid.Parse(hotspot.Id), context.CancellationToken))
            hotspot.LinkedEntities.Add(new LinkedEntity { Entity = entity, EntityType = type });
        return new GetHotspotResponse { Hotspot = hotspot };
    }

    public override async Task<ListHotspotTransitionsResponse> ListHotspotTransitions(ListHotspotTransitionsRequest request, ServerCallContext context)
    {
        var found = await FindAsync(Field.Uuid(request.Id, "id"), context);
        return new ListHotspotTransitionsResponse { Transitions = { await store.Of(context.Tenant()).TransitionsAsync(found.Id, context.CancellationToken) } };
    }

    public override async Task<ListHotspotHoursResponse> ListHotspotHours(ListHotspotHoursRequest request, ServerCallContext context)
    {
        var found = await FindAsync(Field.Uuid(request.Id, "id"), context);
        return new ListHotspotHoursResponse { Hours = { await store.Of(context.Tenant()).HoursAsync(found.Id, context.CancellationToken) } };
    }

    public override async Task<AcknowledgeHotspotResponse> AcknowledgeHotspot(AcknowledgeHotspotRequest request, ServerCallContext context)
    {
        var (id, act) = (Field.Uuid(request.Id, "id"), Act(request.UserId, request.Note, request.Until));
        if (await store.Of(context.Tenant()).AcknowledgeAsync(id, act, context.CancellationToken) is { } changed)
            return new AcknowledgeHotspotResponse { Hotspot = ToProto(changed), Acknowledged = true };
        var found = await FindAsync(id, context);
        if (found.Status != HotspotStatus.Acknowledged)
            throw NotOpen(found, "open").AsException();
        if (act.Note.Length > 0)
            await store.Of(context.Tenant()).CommentAsync(id, act, context.CancellationToken);
        return new AcknowledgeHotspotResponse { Hotspot = ToProto(found), Acknowledged = false };
    }

    public override async Task<ResolveHotspotResponse> ResolveHotspot(ResolveHotspotRequest request, ServerCallContext context)
    {
        var (id, act) = (Field.Uuid(request.Id, "id"), Act(request.UserId, request.Note));
        return new ResolveHotspotResponse
        {
            Hotspot = ToProto(await store.Of(context.Tenant()).ResolveAsync(id, act, context.CancellationToken) ?? await FindAsync(id, context)),
        };
    }

    public override async Task<ReopenHotspotResponse> ReopenHotspot(ReopenHotspotRequest request, ServerCallContext context)
    {
        var (id, act) = (Field.Uuid(request.Id, "id"), Act(request.UserId, request.Note));
        var found = await FindAsync(id, context);
        if (found.Status is not (HotspotStatus.Resolved or HotspotStatus.Ignored))
            return new ReopenHotspotResponse { Hotspot = ToProto(found) };
        var changed = await store.Of(context.Tenant()).ReopenAsync(id, found.Status == HotspotStatus.Resolved, act, context.CancellationToken)
            ?? throw Refusal.FailedPrecondition("NEWER_HOTSPOT", "The entity has a newer hotspot that is not resolved: that one is to be worked with.").AsException();
        return new ReopenHotspotResponse { Hotspot = ToProto(changed) };
    }

    public override async Task<IgnoreHotspotResponse> IgnoreHotspot(IgnoreHotspotRequest request, ServerCallContext context)
    {
        var (id, reason) = (Field.Uuid(request.Id, "id"), Field.Text(request.Reason, "reason", 1, MaxNote));
        if (request.Until is null)
            throw Refusal.InvalidArgument("until", "must be given").AsException();
        var act = Act(request.UserId, reason, request.Until);
        var changed = await store.Of(context.Tenant()).IgnoreAsync(id, act, context.CancellationToken);
        if (changed is null && await FindAsync(id, context) is var found)
            changed = found.Status == HotspotStatus.Ignored ? found : throw NotOpen(found, "watching, open or acknowledged").AsException();
        return new IgnoreHotspotResponse { Hotspot = ToProto(changed!) };
    }

    public override async Task<AcceptHotspotAsNormalResponse> AcceptHotspotAsNormal(AcceptHotspotAsNormalRequest request, ServerCallContext context)
    {
        var (id, act) = (Field.Uuid(request.Id, "id"), Act(request.UserId, request.Note));
        if (await store.Of(context.Tenant()).AcceptAsync(id, act, context.CancellationToken) is not var (row, ratio))
        {
            var found = await FindAsync(id, context);
            throw (found.Status == HotspotStatus.Resolved
                ? NotOpen(found, "watching, open, acknowledged or ignored")
                : Refusal.FailedPrecondition("NOT_OF_BASELINE", "The hotspot was found by the prediction alone: no baseline changes that.")).AsException();
        }

        await builder.BuildAsync([row.EntityRef], context.CancellationToken);
        var response = new AcceptHotspotAsNormalResponse { Hotspot = ToProto(row) };
        if (ratio is { } times)
            response.Ratio = times;
        return response;
    }

    public override async Task<ListBaselinesResponse> ListBaselines(ListBaselinesRequest request, ServerCallContext context)
    {
        var entity = Field.Text(request.Entity, "entity", 0, MaxUser);
        if (request.EntityType.Length > 0 && !EntityTypes.Contains(request.EntityType))
            throw Refusal.InvalidArgument("entity_type", $"must be {string.Join(", ", EntityTypes[..^1])} or {EntityTypes[^1]}").AsException();
        var size = Field.PageSize(request.PageSize);
        var page = await baselines.Of(context.Tenant()).ListAsync(entity, request.EntityType, After(request.PageToken), size + 1, context.CancellationToken);
        var response = new ListBaselinesResponse { Baselines = { page.Take(size).Select(HotspotMapping.ToProto) } };
        if (page.Count > size)
            response.NextPageToken = PageToken.EncodeText($"{page[size - 1].EntityRef}/{page[size - 1].HourOfWeek}");
        return response;
    }

    private static (long EntityRef, short HourOfWeek) After(string token)
    {
        if (PageToken.DecodeText(token) is not { } key)
            return (0, -1);
        return key.Split('/') is [var entity, var hour] && long.TryParse(entity, out var entityRef) && short.TryParse(hour, out var slot)
            ? (entityRef, slot)
            : throw Refusal.InvalidArgument("page_token", "must be the next_page_token of an earlier answer to the same call").AsException();
    }

    private HotspotAct Act(string userId, string note, Timestamp? until = null)
    {
        var now = time.GetUtcNow();
        var end = Field.OptionalTime(until, "until");
        if (end <= now || end > now + LongestUntil)
            throw Refusal.InvalidArgument("until", "must be in the future, at most a year").AsException();
        return new HotspotAct(Field.Text(userId, "user_id", 0, MaxUser), Field.Text(note, "note", 0, MaxNote), now, end);
    }

    private async Task<HotspotRow> FindAsync(Guid id, ServerCallContext context) =>
        await store.Of(context.Tenant()).FindAsync(id, context.CancellationToken) ?? throw Refusal.NotFound("hotspot", id).AsException();

    private static Refusal NotOpen(HotspotRow row, string allowed) =>
        Refusal.FailedPrecondition("HOTSPOT_NOT_OPEN", $"The hotspot is {row.Status}: it must be {allowed}.");

    private Hotspot ToProto(HotspotRow row) => HotspotMapping.ToProto(row, options.Value.Basis);
}
