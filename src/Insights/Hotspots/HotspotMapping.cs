using Google.Protobuf.WellKnownTypes;
using Npgsql;
using Pylon.Insights.Baselines;
using Pylon.Insights.Episodes;
using Pylon.Insights.V1;

namespace Pylon.Insights.Hotspots;

internal static class HotspotMapping
{
    public static Hotspot ToProto(HotspotRow row, HotspotBasis basis) => new()
    {
        Id = row.Id.ToString(),
        Entity = row.Entity,
        EntityType = row.EntityType,
        Kind = row.Kind,
        PredictedCo2 = row.PredictedCo2,
        BaselineCo2 = row.BaselineCo2,
        PercentAbove = row.PercentAbove,
        Severity = row.Severity,
        CurrentSeverity = row.CurrentSeverity ?? "",
        Status = row.Status,
        Cause = row.Cause,
        Basis = row.Basis,
        ScoreBasis = WordOf(basis),
        Score = row.Score,
        Confidence = row.Confidence,
        ImpactKg = row.ImpactKg,
        EventId = row.EventId ?? "",
        FirstHour = row.FirstHour.ToTimestamp(),
        LastHour = row.LastHour.ToTimestamp(),
        Reopened = row.Reopened,
        Flapping = row.Flapping,
        Stale = row.Stale,
        CreatedAt = row.CreatedAt.ToTimestamp(),
        UpdatedAt = row.UpdatedAt.ToTimestamp(),
        AcknowledgedAt = row.AcknowledgedAt?.ToTimestamp(),
        AcknowledgedBy = row.AcknowledgedBy ?? "",
        Until = row.Until?.ToTimestamp(),
        Note = row.Note ?? "",
        ResolvedAt = row.ResolvedAt?.ToTimestamp(),
    };

    public static HotspotTransition Transition(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Transition = row.GetString(1),
        Severity = row.GetString(2),
        Score = row.GetDouble(3),
        PercentAbove = row.GetDouble(4),
        Hour = row.GetDateTime(5).ToTimestamp(),
        UserId = row.GetString(6),
        Note = row.GetString(7),
        At = row.GetDateTime(8).ToTimestamp(),
    };

    public static HotspotHour Hour(NpgsqlDataReader row)
    {
        var hour = new HotspotHour { Hour = row.GetDateTime(0).ToTimestamp(), Co2Kg = row.GetDouble(1) };
        if (!row.IsDBNull(2))
            (hour.NormalKg, hour.MostNormalKg) = (row.GetDouble(2), row.GetDouble(3));
        return hour;
    }

    public static V1.Baseline ToProto(BaselineRow row)
    {
        var baseline = new V1.Baseline
        {
            Entity = row.Entity,
            EntityType = row.EntityType,
            Kind = row.Kind,
            HourOfWeek = row.HourOfWeek,
            BaselineValue = row.Value,
            ActivityUnit = row.Kind == Entities.EmissionKind.Grid ? "gCO2/kWh" : row.ActivityUnit,
            Sigma = row.Sigma,
            Band = row.Band,
            CalculationMethod = row.Method,
            SampleSize = row.Samples,
            ConfidenceScore = row.Confidence,
            UpdatedAt = row.UpdatedAt.ToTimestamp(),
        };
        if (row.Factor is { } factor)
            baseline.BaselineCo2 = row.Value * factor;
        return baseline;
    }

    private static string WordOf(HotspotBasis basis) => basis switch
    {
        HotspotBasis.Excess => "excess",
        HotspotBasis.Ratio => "ratio",
        _ => "band",
    };
}
