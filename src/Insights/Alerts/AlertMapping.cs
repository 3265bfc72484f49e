using Google.Protobuf.WellKnownTypes;
using Pylon.Insights.V1;

namespace Pylon.Insights.Alerts;

/// <summary>Rows as the messages of the contract.</summary>
internal static class AlertMapping
{
    public static Alert ToProto(AlertRow row, DateTimeOffset now)
    {
        var alert = new Alert
        {
            Id = row.Id.ToString(),
            Level = row.Level,
            Message = row.Message,
            HotspotId = row.HotspotId.ToString(),
            Acknowledged = row.IsAcknowledged(now),
            Transition = row.Transition,
            Entity = row.Entity,
            EntityType = row.EntityType,
            Cause = row.Cause,
            ImpactKg = row.ImpactKg,
            Hour = row.Hour.ToTimestamp(),
            CreatedAt = row.CreatedAt.ToTimestamp(),
            ResolvedAt = row.ResolvedAt?.ToTimestamp(),
            SilenceId = row.SilenceId?.ToString() ?? "",
            Reopened = row.Reopened,
        };
        if (double.IsFinite(row.PercentAbove))
            alert.PercentAbove = row.PercentAbove;
        if (!alert.Acknowledged)
            return alert;
        alert.AcknowledgedAt = row.AcknowledgedAt?.ToTimestamp();
        alert.AcknowledgedBy = row.AcknowledgedBy ?? "";
        alert.AcknowledgedUntil = row.AcknowledgedUntil?.ToTimestamp();
        alert.AcknowledgementNote = row.AcknowledgementNote ?? "";
        return alert;
    }

    public static AlertHistoryEntry ToProto(HistoryRow row)
    {
        var entry = new AlertHistoryEntry { What = row.What, UserId = row.UserId, Note = row.Note, At = row.At.ToTimestamp() };
        if (row.PercentAbove is { } percent && double.IsFinite(percent))
            entry.PercentAbove = percent;
        if (row.ImpactKg is { } impact && double.IsFinite(impact))
            entry.ImpactKg = impact;
        return entry;
    }
}
