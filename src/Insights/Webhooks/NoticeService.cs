using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Insights.Alerts;
using Pylon.Insights.V1;
using Pylon.Postgres;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Insights.Webhooks;

/// <summary>The gRPC service of notices.</summary>
internal sealed class NoticeService(NoticeStore store, TimeProvider time) : V1.NoticeService.NoticeServiceBase
{
    private static readonly IReadOnlyList<string> Statuses = ["due", "sent", "silenced", "no_receiver", "dead"];

    public override async Task<ListNoticesResponse> ListNotices(ListNoticesRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var page = await store.Of(context.Tenant()).PageAsync(
            AlertFields.Word(request.Status, "status", Statuses), Field.OptionalUuid(request.AlertId, "alert_id"), PageToken.Decode(request.PageToken),
            size + 1, context.CancellationToken);
        var response = new ListNoticesResponse { Notices = { page.Take(size).Select(ToProto) } };
        if (page.Count > size)
            response.NextPageToken = new PageToken(page[size - 1].CreatedAt, page[size - 1].AlertId).Encode();
        return response;
    }

    public override async Task<ResendNoticeResponse> ResendNotice(ResendNoticeRequest request, ServerCallContext context)
    {
        var id = Field.Uuid(request.AlertId, "alert_id");
        var number = Field.Range(request.Number, "number", 0, int.MaxValue);
        var notice = await store.Of(context.Tenant()).ResendAsync(id, number, AlertFields.User(request.UserId), time.GetUtcNow(), context.CancellationToken)
            ?? throw Refusal.NotFound("alert_notice", ClaimedNotice.IdOf(id, number)).AsException();
        return notice.Status == "sent"
            ? throw Refusal.FailedPrecondition("NOTICE_SENT", $"The receiver took this notice at {notice.SentAt:yyyy-MM-dd HH:mm:ss} UTC.").AsException()
            : new ResendNoticeResponse { Notice = ToProto(notice) };
    }

    private static AlertNotice ToProto(NoticeRow row)
    {
        var notice = new AlertNotice
        {
            AlertId = row.AlertId.ToString(),
            Number = row.Number,
            WebhookId = ClaimedNotice.IdOf(row.AlertId, row.Number),
            Status = row.Status,
            Attempts = row.Attempts,
            Receiver = row.Receiver ?? "",
            HttpStatus = row.HttpStatus ?? 0,
            FailureReason = row.FailureReason ?? "",
            ImpactKg = row.ImpactKg,
            CreatedAt = row.CreatedAt.ToTimestamp(),
            DueAt = row.Status == "due" ? row.DueAt.ToTimestamp() : null,
            SentAt = row.SentAt?.ToTimestamp(),
        };
        if (double.IsFinite(row.PercentAbove))
            notice.PercentAbove = row.PercentAbove;
        return notice;
    }
}
