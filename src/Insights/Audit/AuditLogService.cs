using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Insights.V1;
using Pylon.Postgres;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Insights.Audit;

/// <summary>The gRPC service of the audit log.</summary>
internal sealed class AuditLogService(AuditLogStore store) : V1.AuditLogService.AuditLogServiceBase
{
    private const int LongestWord = 100;
    private const int LongestId = 200;

    public override async Task<ListAuditLogsResponse> ListAuditLogs(ListAuditLogsRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var filter = new AuditFilter(
            Text(request.Action, "action", LongestWord), Text(request.EntityType, "entity_type", LongestWord),
            Text(request.EntityId, "entity_id", LongestId), Text(request.UserId, "user_id", LongestId), Field.OptionalTime(request.Since, "since"),
            Field.OptionalTime(request.Before, "before"));
        var page = await store.Of(context.Tenant()).PageAsync(filter, Position(request.PageToken), size + 1, context.CancellationToken);
        var response = new ListAuditLogsResponse { AuditLogs = { page.Take(size).Select(ToProto) } };
        if (page.Count > size)
            response.NextPageToken = PageToken.EncodeText(page[size - 1].Id.ToString(CultureInfo.InvariantCulture));
        return response;
    }

    private static V1.AuditLog ToProto(AuditRow row) => new()
    {
        Id = row.Id.ToString(CultureInfo.InvariantCulture),
        Action = row.Action,
        EntityType = row.EntityType,
        EntityId = row.EntityId,
        UserId = row.UserId,
        Notes = row.Notes,
        Metadata = JsonParser.Default.Parse<Struct>(row.Metadata),
        Timestamp = row.Timestamp.ToTimestamp(),
    };

    private static string? Text(string value, string name, int longest) => Field.Text(value, name, 0, longest) is { Length: > 0 } text ? text : null;

    private static long Position(string pageToken) => PageToken.DecodeText(pageToken) is not { } key
        ? long.MaxValue
        : long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw Refusal.InvalidArgument("page_token", "must be the next_page_token of an earlier answer to the same call").AsException();
}
