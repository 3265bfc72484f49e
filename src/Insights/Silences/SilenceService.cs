using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Insights.Alerts;
using Pylon.Insights.V1;
using Pylon.Postgres;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Insights.Silences;

/// <summary>The gRPC service of silences.</summary>
internal sealed class SilenceService(SilenceStore store, AlertStore alerts, TimeProvider time) : V1.SilenceService.SilenceServiceBase
{
    private static readonly TimeSpan Looked = TimeSpan.FromDays(7);

    // The database has microseconds.
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(1);

    public override async Task<CreateSilenceResponse> CreateSilence(CreateSilenceRequest request, ServerCallContext context)
    {
        var now = time.GetUtcNow();
        var silence = new NewSilence(
            Read(request.Matchers, request.OperatorId, context.Tenant()), AlertFields.End(request.EndsAt, "ends_at", now),
            AlertFields.Note(request.Reason, "reason", isRequired: true), AlertFields.User(request.UserId),
            AlertFields.Name(request.RequestId, "request_id"), now);
        var (made, preview) = await MakeAsync(silence, request.DryRun, context);
        return new CreateSilenceResponse { Silence = made, Preview = preview };
    }

    public override async Task<SilenceAlertResponse> SilenceAlert(SilenceAlertRequest request, ServerCallContext context)
    {
        var now = time.GetUtcNow();
        var id = Field.Uuid(request.AlertId, "alert_id");
        var endsAt = AlertFields.End(request.EndsAt, "ends_at", now);
        var reason = AlertFields.Note(request.Reason, "reason", isRequired: true);
        var user = AlertFields.User(request.UserId);
        var requestId = AlertFields.Name(request.RequestId, "request_id");
        var alert = await alerts.Of(context.Tenant()).FindAsync(id, context.CancellationToken) ?? throw Refusal.NotFound("alert", id).AsException();
        var matchers = new Matchers(alert.OperatorId, alert.Entity, alert.EntityType, alert.Cause, MaxLevel: null);
        var silence = new NewSilence(matchers, endsAt, reason, user, requestId, now);
        var (made, preview) = await MakeAsync(silence, request.DryRun, context);
        return new SilenceAlertResponse { Silence = made, Preview = preview };
    }

    public override async Task<ListSilencesResponse> ListSilences(ListSilencesRequest request, ServerCallContext context)
    {
        var now = time.GetUtcNow();
        var size = Field.PageSize(request.PageSize);
        bool? active = request.HasActive ? request.Active : null;
        var page = await store.Of(context.Tenant()).PageAsync(active, PageToken.Decode(request.PageToken), size + 1, now, context.CancellationToken);
        var response = new ListSilencesResponse { Silences = { page.Take(size).Select(row => ToProto(row, now)) } };
        if (page.Count > size)
            response.NextPageToken = new PageToken(page[size - 1].CreatedAt, page[size - 1].Id).Encode();
        return response;
    }

    public override async Task<EndSilenceResponse> EndSilence(EndSilenceRequest request, ServerCallContext context)
    {
        var now = time.GetUtcNow();
        var id = Field.Uuid(request.Id, "id");
        var ended = await store.Of(context.Tenant()).EndAsync(id, AlertFields.User(request.UserId), now, context.CancellationToken)
            ?? throw Refusal.NotFound("silence", id).AsException();
        return new EndSilenceResponse { Silence = ToProto(ended, now) };
    }

    private async Task<(Silence Silence, SilencePreview Preview)> MakeAsync(NewSilence silence, bool isDryRun, ServerCallContext context)
    {
        var since = silence.CreatedAt - Looked;
        var preview = ToProto(await store.Of(context.Tenant()).PreviewAsync(silence.Matchers, since, context.CancellationToken), since);
        if (isDryRun)
            return (ToProto(silence), preview);
        var made = await store.Of(context.Tenant()).CreateAsync(silence, context.CancellationToken);
        var hasSameEnd = made is { EndedAt: not null } || (made is not null && (made.EndsAt - silence.EndsAt).Duration() < Rounding);
        return made is not null && hasSameEnd && made.Matchers == silence.Matchers && made.Reason == silence.Reason && made.CreatedBy == silence.UserId
            ? (ToProto(made, silence.CreatedAt), preview)
            : throw Refusal.AlreadyExists("REQUEST_ID_REUSED", "The request_id was used for another silence.").AsException();
    }

    private static Matchers Read(SilenceMatchers? matchers, string operatorId, Tenant tenant)
    {
        var asked = Field.OptionalUuid(operatorId, "operator_id");
        if (tenant.OperatorId is { } caller && asked is not null && asked != caller)
            throw Refusal.InvalidArgument("operator_id", "must be that of the caller, or left out").AsException();
        var read = new Matchers(
            tenant.OperatorId ?? asked ?? Tenant.BuiltIn,
            AlertFields.Name(matchers?.Entity ?? "", "matchers.entity"),
            AlertFields.Word(matchers?.EntityType ?? "", "matchers.entity_type", AlertFields.EntityTypes),
            AlertFields.Word(matchers?.Cause ?? "", "matchers.cause", AlertFields.Causes),
            AlertFields.Word(matchers?.MaxLevel ?? "", "matchers.max_level", AlertFields.Levels));
        return read is { Entity: null, EntityType: null, Cause: null, MaxLevel: null }
            ? throw Refusal.InvalidArgument("matchers", "must have an entity, entity_type, cause or max_level").AsException()
            : read;
    }

    private static Silence ToProto(SilenceRow row, DateTimeOffset now) => new()
    {
        Id = row.Id.ToString(),
        Matchers = ToProto(row.Matchers),
        Reason = row.Reason,
        CreatedBy = row.CreatedBy,
        CreatedAt = row.CreatedAt.ToTimestamp(),
        EndsAt = row.EndsAt.ToTimestamp(),
        Active = row.EndsAt > now,
        EndedAt = row.EndedAt?.ToTimestamp(),
        EndedBy = row.EndedBy ?? "",
        Alerts = row.Alerts,
        OperatorId = OperatorOf(row.Matchers),
    };

    private static Silence ToProto(NewSilence silence) => new()
    {
        Matchers = ToProto(silence.Matchers),
        Reason = silence.Reason,
        CreatedBy = silence.UserId,
        CreatedAt = silence.CreatedAt.ToTimestamp(),
        EndsAt = silence.EndsAt.ToTimestamp(),
        OperatorId = OperatorOf(silence.Matchers),
    };

    private static SilenceMatchers ToProto(Matchers matchers) => new()
    {
        Entity = matchers.Entity ?? "",
        EntityType = matchers.EntityType ?? "",
        Cause = matchers.Cause ?? "",
        MaxLevel = matchers.MaxLevel ?? "",
    };

    private static SilencePreview ToProto(Preview preview, DateTimeOffset since) => new()
    {
        Alerts = preview.Critical + preview.Warn + preview.Info,
        ByLevel = { ["critical"] = preview.Critical, ["warn"] = preview.Warn, ["info"] = preview.Info },
        Notices = preview.Notices,
        Hotspots = preview.Hotspots,
        Entities = preview.Entities,
        Since = since.ToTimestamp(),
    };

    private static string OperatorOf(Matchers matchers) => matchers.OperatorId == Guid.Empty ? "" : matchers.OperatorId.ToString();
}
