using System.Text.Json;

namespace Pylon.Insights.Webhooks;

/// <summary>The body of a request: type, time and data, as Standard Webhooks has them. The same for each attempt.</summary>
internal static class WebhookBody
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static byte[] Of(ClaimedNotice notice) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            Type = notice.Number == 0 ? "pylon.alert.raised.v1" : "pylon.alert.repeated.v1",
            Timestamp = notice.CreatedAt.UtcDateTime,
            Data = new
            {
                Id = notice.AlertId,
                Repeat = notice.Number,
                notice.HotspotId,
                notice.Transition,
                notice.Level,
                notice.Message,
                notice.Entity,
                notice.EntityType,
                notice.Cause,
                PercentAbove = Finite(notice.PercentAbove),
                ImpactKg = Finite(notice.ImpactKg),
                Hour = notice.Hour.UtcDateTime,
                CreatedAt = notice.RaisedAt.UtcDateTime,
            },
        },
        Json);

    // JSON has no other numbers.
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
