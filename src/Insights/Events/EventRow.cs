using Npgsql;
using Pylon.Insights.Entities;

namespace Pylon.Insights.Events;

/// <summary>Reads the columns of what a sender tells.</summary>
internal static class EventRow
{
    /// <summary>How many they are.</summary>
    public const int Columns = 29;

    /// <param name="row">Begins with the columns.</param>
    /// <param name="co2">The place of the column co2_kg, which in a row inserted by SQL is what its sender reports.</param>
    public static NewEvent Read(NpgsqlDataReader row, int co2)
    {
        var kind = row.GetString(2);
        return new NewEvent
        {
            OperatorId = row.GetGuid(0),
            EventId = row.GetString(1),
            Kind = kind,
            SupplierId = Text(3),
            RouteId = Text(4),
            Start = row.GetFieldValue<DateTimeOffset>(5),
            End = row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6),
            DistanceKm = Number(7),
            LoadKg = Number(8),
            VehicleType = Text(9),
            FuelType = Text(10),
            Speed = Number(11),
            StopEvents = Whole(12),
            TrafficScore = Number(13),
            DeliveryCount = Whole(14),
            EnergyKwh = Number(15),
            FurnaceUsage = Number(16),
            CoolingLoad = Number(17),
            ShiftHours = Number(18),
            Temperature = Number(19),
            RefrigerationLoad = Number(20),
            InventoryVolume = Number(21),
            RegionId = row.IsDBNull(22) ? null : row.GetInt16(22),
            WorkloadId = row.IsDBNull(23) ? null : row.GetGuid(23),
            BatchId = Text(24),
            Source = row.GetString(25),
            ReportedKg = Number(26) ?? (co2 >= 0 ? Number(co2) : null),
            IsOutlier = row.GetBoolean(27),
            Parts = kind is EmissionKind.Delivery or EmissionKind.Warehouse ? null : Number(28),
        };

        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);

        double? Number(int column) => row.IsDBNull(column) ? null : row.GetDouble(column);

        int? Whole(int column) => row.IsDBNull(column) ? null : row.GetInt32(column);
    }
}
