using Google.Protobuf.WellKnownTypes;
using Npgsql;
using Pylon.Insights.V1;

namespace Pylon.Insights.Events;

/// <summary>Events as messages.</summary>
internal static class EventMapping
{
    public static EmissionEvent ToProto(NewEvent told)
    {
        var message = new EmissionEvent
        {
            EventId = told.EventId,
            EventType = told.Kind,
            SupplierId = told.SupplierId ?? "",
            RouteId = told.RouteId ?? "",
            Timestamp = told.Start.ToTimestamp(),
            EndedAt = told.End?.ToTimestamp(),
            VehicleType = told.VehicleType ?? "",
            FuelType = told.FuelType ?? "",
            WorkloadId = told.WorkloadId?.ToString() ?? "",
            BatchId = told.BatchId ?? "",
            Source = told.Source,
            IsOutlier = told.IsOutlier,
            OperatorId = told.OperatorId == Guid.Empty ? "" : told.OperatorId.ToString(),
        };
        Set(told.DistanceKm, value => message.DistanceKm = value);
        Set(told.LoadKg, value => message.LoadKg = value);
        Set(told.Speed, value => message.Speed = value);
        Set(told.StopEvents, value => message.StopEvents = value);
        Set(told.TrafficScore, value => message.TrafficScore = value);
        Set(told.DeliveryCount, value => message.DeliveryCount = value);
        Set(told.EnergyKwh, value => message.EnergyKwh = value);
        Set(told.FurnaceUsage, value => message.FurnaceUsage = value);
        Set(told.CoolingLoad, value => message.CoolingLoad = value);
        Set(told.ShiftHours, value => message.ShiftHours = value);
        Set(told.Temperature, value => message.Temperature = value);
        Set(told.RefrigerationLoad, value => message.RefrigerationLoad = value);
        Set(told.InventoryVolume, value => message.InventoryVolume = value);
        Set(told.RegionId, value => message.RegionId = value);
        Set(told.ReportedKg, value => message.ReportedCo2Kg = value);
        return message;
    }

    public static EmissionEvent ToProto(ListedEvent listed)
    {
        var message = ToProto(listed.Event);
        message.Id = listed.Id.ToString();
        message.FactorSet = listed.FactorSet ?? "";
        message.ActivityUnit = listed.Unit;
        message.Entity = listed.Entity;
        message.EntityType = listed.EntityType;
        message.CreatedAt = listed.CreatedAt.ToTimestamp();
        Set(listed.Co2Kg, value => message.Co2Kg = value);
        Set(listed.PredictedKg, value => message.PredictedCo2Kg = value);
        Set(listed.UncertaintyKg, value => message.UncertaintyKg = value);
        Set(listed.Activity, value => message.Activity = value);
        return message;
    }

    public static RecordResult ToProto(EventOutcome outcome, string eventId) => new()
    {
        EventId = eventId,
        Result = outcome.Result switch
        {
            EventResult.Accepted => "accepted",
            EventResult.Duplicate => "duplicate",
            _ => "quarantined",
        },
        Reason = outcome.Reason,
        Details = { outcome.Details },
    };

    public static QuarantinedEvent Quarantined(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Source = row.GetString(1),
        EventId = row.GetString(2),
        Line = row.GetInt64(3),
        Reason = row.GetString(4),
        Details = { row.GetFieldValue<string[]>(5) },
        Body = row.GetString(6),
        FirstSeenAt = row.GetFieldValue<DateTimeOffset>(7).ToTimestamp(),
        LastSeenAt = row.GetFieldValue<DateTimeOffset>(8).ToTimestamp(),
        TimesSeen = row.GetInt32(9),
    };

    private static void Set<T>(T? value, Action<T> set)
        where T : struct
    {
        if (value is { } known)
            set(known);
    }
}
