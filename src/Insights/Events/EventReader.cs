using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pylon.Insights.V1;
using Pylon.Rpc;

namespace Pylon.Insights.Events;

/// <summary>Reads events as they are sent. One that cannot be read is a candidate with faults.</summary>
internal static class EventReader
{
    private const long EarliestSecond = -62_135_596_800;
    private const long LatestSecond = 253_402_300_799;

    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    /// <param name="sent">The event of the request.</param>
    /// <param name="caller">The operator whose events it may be; null for any.</param>
    public static EventCandidate Read(EmissionEvent sent, Guid? caller)
    {
        List<string>? faults = null;
        if (sent.Unreadable.AsRefusal("event") is { } unreadable)
            Fault(unreadable.Message);
        if (sent is { HasReportedCo2Kg: true, HasCo2Kg: true } && !sent.ReportedCo2Kg.Equals(sent.Co2Kg))
            Fault("co2_kg must be the same as reported_co2_kg when both are given");
        var operatorId = Uuid(sent.OperatorId, "operator_id");
        if (caller is not null && operatorId is not null && operatorId != caller)
            Fault("operator_id must be that of the caller, or left out");
        var read = new NewEvent
        {
            OperatorId = caller ?? operatorId ?? Guid.Empty,
            EventId = sent.EventId,
            Kind = sent.EventType,
            SupplierId = Text(sent.SupplierId),
            RouteId = Text(sent.RouteId),
            Start = Time(sent.Timestamp, "timestamp") ?? default,
            End = Time(sent.EndedAt, "ended_at"),
            DistanceKm = sent.HasDistanceKm ? sent.DistanceKm : null,
            LoadKg = sent.HasLoadKg ? sent.LoadKg : null,
            VehicleType = Text(sent.VehicleType),
            FuelType = Text(sent.FuelType),
            Speed = sent.HasSpeed ? sent.Speed : null,
            StopEvents = sent.HasStopEvents ? sent.StopEvents : null,
            TrafficScore = sent.HasTrafficScore ? sent.TrafficScore : null,
            DeliveryCount = sent.HasDeliveryCount ? sent.DeliveryCount : null,
            EnergyKwh = sent.HasEnergyKwh ? sent.EnergyKwh : null,
            FurnaceUsage = sent.HasFurnaceUsage ? sent.FurnaceUsage : null,
            CoolingLoad = sent.HasCoolingLoad ? sent.CoolingLoad : null,
            ShiftHours = sent.HasShiftHours ? sent.ShiftHours : null,
            Temperature = sent.HasTemperature ? sent.Temperature : null,
            RefrigerationLoad = sent.HasRefrigerationLoad ? sent.RefrigerationLoad : null,
            InventoryVolume = sent.HasInventoryVolume ? sent.InventoryVolume : null,
            RegionId = sent.HasRegionId ? sent.RegionId : null,
            WorkloadId = Uuid(sent.WorkloadId, "workload_id"),
            BatchId = Text(sent.BatchId),
            Source = sent.Source.Length == 0 ? "reported" : sent.Source,
            ReportedKg = sent.HasReportedCo2Kg ? sent.ReportedCo2Kg : sent.HasCo2Kg ? sent.Co2Kg : null,
            IsOutlier = sent.IsOutlier,
        };
        return new EventCandidate(read, faults ?? (IReadOnlyList<string>)[], Body);

        // What is no time has no JSON of the contract, only one with a word that says so.
        string Body() => ((Timestamp?[])[sent.Timestamp, sent.EndedAt, sent.CreatedAt]).All(time => time is null || IsTime(time)) ? Json.Format(sent) : JsonFormatter.ToDiagnosticString(sent);

        void Fault(string fault) => (faults ??= []).Add(fault);

        DateTimeOffset? Time(Timestamp? time, string name)
        {
            if (time is not null && IsTime(time))
                return new DateTimeOffset(time.ToDateTimeOffset().UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
            if (time is not null)
                Fault($"{name} must be a time");
            else if (name == "timestamp")
                Fault("timestamp must be given");
            return null;
        }

        Guid? Uuid(string text, string name)
        {
            if (text.Length == 0)
                return null;
            if (Guid.TryParseExact(text, "D", out var id))
                return id;
            Fault($"{name} must be a UUID");
            return null;
        }
    }

    private static bool IsTime(Timestamp time) => time is { Seconds: >= EarliestSecond and <= LatestSecond, Nanos: >= 0 and < 1_000_000_000 };

    private static string? Text(string text) => text.Length == 0 ? null : text;
}
