using System.Globalization;

namespace Pylon.Insights.Alerts;

/// <summary>The text of an alert: the seed's sentence, and what a person needs beside it.</summary>
internal static class AlertMessage
{
    public static string Of(HotspotNotice notice)
    {
        var entity = NameOf(notice);
        var exceeded = double.IsFinite(notice.PercentAbove)
            ? $"{entity} exceeded emissions by {Number(notice.PercentAbove, "0.0")}%"
            : $"{entity} has emissions where none are normal";
        var hour = notice.Hour.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        var facts = $"in the hour from {hour} UTC; cause: {CauseOf(notice.Cause)}{Impact(notice, "so far")}";
        return notice.Transition switch
        {
            "resolved" or "accepted_as_normal" => $"{entity} is normal again{Impact(notice, "in all")}",
            "escalated" => $"{exceeded} {facts}; now {notice.Level}",
            "reopened" => $"{exceeded} again {facts}; re-opened {Times(notice.Reopened)}",
            "flapping" => $"{entity} was abnormal again {Times(notice.Reopened)}; the hotspot stays open until 24 hours are normal{Impact(notice, "so far")}",
            _ => $"{exceeded} {facts}",
        };
    }

    private static string NameOf(HotspotNotice notice) => notice.EntityType == "region" ? $"Region {notice.Entity}" : notice.Entity;

    private static string CauseOf(string cause) => cause switch
    {
        "activity" => "more activity than is normal",
        "efficiency" => "more energy for each unit of output",
        "grid" => "electricity with more carbon than is normal",
        "factor" => "another fuel or vehicle",
        "data" => "data that cannot be right",
        _ => cause,
    };

    private static string Impact(HotspotNotice notice, string when) => double.IsFinite(notice.ImpactKg) && notice.ImpactKg >= 0.05
        ? $"; {Number(notice.ImpactKg, "#,0.0")} kg CO2e above normal {when}"
        : "";

    private static string Times(int count) => count == 1 ? "once" : $"{count} times";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
