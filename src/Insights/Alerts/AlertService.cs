using System.Globalization;
using Grpc.Core;
using Pylon.Insights.V1;
using Pylon.Postgres;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Insights.Alerts;

/// <summary>The gRPC service of alerts.</summary>
internal sealed class AlertService(AlertStore store, TimeProvider time) : V1.AlertService.AlertServiceBase
{
    private const int DefaultLimit = 20;
    private const int DefaultCritical = 10;

    public override async Task<ListAlertsResponse> ListAlerts(ListAlertsRequest request, ServerCallContext context)
    {
        var filter = new AlertFilter
        {
            Level = AlertFields.Word(request.Level, "level", AlertFields.Levels),
            HotspotId = Field.OptionalUuid(request.HotspotId, "hotspot_id"),
            Entity = AlertFields.Name(request.Entity, "entity"),
            Acknowledged = request.HasAcknowledged ? request.Acknowledged : null,
            Resolved = request.HasResolved ? request.Resolved : null,
            Silenced = request.HasSilenced ? request.Silenced : null,
        };
        var (alerts, next) = await PageAsync(filter, AlertFields.Limit(request.Limit, DefaultLimit), request.PageToken, context);
        return new ListAlertsResponse { Alerts = { alerts }, NextPageToken = next };
    }

    public override async Task<ListCriticalAlertsResponse> ListCriticalAlerts(ListCriticalAlertsRequest request, ServerCallContext context)
    {
        var limit = AlertFields.Limit(request.Limit, DefaultCritical);
        var (alerts, next) = await PageAsync(new AlertFilter { Level = "critical" }, limit, request.PageToken, context);
        return new ListCriticalAlertsResponse { Alerts = { alerts }, NextPageToken = next };
    }

    public override async Task<GetAlertStatsResponse> GetAlertStats(GetAlertStatsRequest request, ServerCallContext context)
    {
        var counts = await store.Of(context.Tenant()).CountAsync(time.GetUtcNow(), context.CancellationToken);
        return new GetAlertStatsResponse
        {
            Total = counts.Critical + counts.Warn + counts.Info,
            ByLevel = { ["critical"] = counts.Critical, ["warn"] = counts.Warn, ["info"] = counts.Info },
            Unacknowledged = counts.Unacknowledged,
            Silenced = counts.Silenced,
        };
    }

    public override async Task<GetAlertResponse> GetAlert(GetAlertRequest request, ServerCallContext context) =>
        new() { Alert = AlertMapping.ToProto(await FindAsync(request.Id, context), time.GetUtcNow()) };

    public override async Task<AcknowledgeAlertResponse> AcknowledgeAlert(AcknowledgeAlertRequest request, ServerCallContext context)
    {
        var now = time.GetUtcNow();
        var id = Field.Uuid(request.Id, "id");
        var user = AlertFields.User(request.UserId);
        var note = AlertFields.Note(request.Note, "note", isRequired: false);
        var until = AlertFields.Until(request.Until, "until", now);
        var isFirst = await store.Of(context.Tenant()).AcknowledgeAsync(id, user, note, until, now, context.CancellationToken);
        var alert = await store.Of(context.Tenant()).FindAsync(id, context.CancellationToken) ?? throw Refusal.NotFound("alert", id).AsException();
        var isSame = alert.AcknowledgedBy == user && alert.AcknowledgementNote == note;
        if (!isFirst && !isSame && note.Length > 0)
            await store.Of(context.Tenant()).CommentOnceAsync(id, user, note, now, context.CancellationToken);
        return new AcknowledgeAlertResponse
        {
            Status = isFirst || isSame ? "acknowledged" : "already_acknowledged",
            Message = Acknowledged(alert),
            Alert = AlertMapping.ToProto(alert, now),
        };
    }

    public override async Task<CommentAlertResponse> CommentAlert(CommentAlertRequest request, ServerCallContext context)
    {
        var user = AlertFields.User(request.UserId);
        var note = AlertFields.Note(request.Note, "note", isRequired: true);
        var requestId = AlertFields.Name(request.RequestId, "request_id");
        var alert = await FindAsync(request.Id, context);
        var comment = await store.Of(context.Tenant()).CommentAsync(alert.Id, user, note, requestId, time.GetUtcNow(), context.CancellationToken);
        return comment.UserId == user && comment.Note == note
            ? new CommentAlertResponse { Entry = AlertMapping.ToProto(comment) }
            : throw Refusal.AlreadyExists("REQUEST_ID_REUSED", "The request_id was used for another comment of this alert.").AsException();
    }

    public override async Task<ListAlertHistoryResponse> ListAlertHistory(ListAlertHistoryRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var after = Position(request.PageToken);
        var alert = await FindAsync(request.Id, context);
        var page = await store.Of(context.Tenant()).HistoryAsync(alert.Id, after, size + 1, context.CancellationToken);
        var response = new ListAlertHistoryResponse { Entries = { page.Take(size).Select(AlertMapping.ToProto) } };
        if (page.Count > size)
            response.NextPageToken = PageToken.EncodeText(page[size - 1].Id.ToString(CultureInfo.InvariantCulture));
        return response;
    }

    private async Task<(IEnumerable<Alert> Alerts, string Next)> PageAsync(
        AlertFilter filter, int limit, string pageToken, ServerCallContext context)
    {
        var now = time.GetUtcNow();
        var page = await store.Of(context.Tenant()).PageAsync(filter, PageToken.Decode(pageToken), limit + 1, now, context.CancellationToken);
        var next = page.Count > limit ? new PageToken(page[limit - 1].CreatedAt, page[limit - 1].Id).Encode() : "";
        return (page.Take(limit).Select(row => AlertMapping.ToProto(row, now)), next);
    }

    private async Task<AlertRow> FindAsync(string text, ServerCallContext context)
    {
        var id = Field.Uuid(text, "id");
        return await store.Of(context.Tenant()).FindAsync(id, context.CancellationToken) ?? throw Refusal.NotFound("alert", id).AsException();
    }

    private static string Acknowledged(AlertRow alert)
    {
        var who = alert.AcknowledgedBy is { Length: > 0 } user ? user : "Somebody";
        return $"{who} acknowledged this alert at {alert.AcknowledgedAt:yyyy-MM-dd HH:mm:ss} UTC.";
    }

    private static long Position(string pageToken) => PageToken.DecodeText(pageToken) is not { } key
        ? 0
        : long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw Refusal.InvalidArgument("page_token", "must be the next_page_token of an earlier answer to the same call").AsException();
}
