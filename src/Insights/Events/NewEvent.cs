using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pylon.Insights.Events;

/// <summary>An emission event as its sender tells it; the columns of events_normalized. Null is not known.</summary>
internal sealed record NewEvent
{
    public Guid OperatorId { get; init; }

    /// <summary>The sender's id.</summary>
    public string EventId { get; init; } = "";

    /// <summary>The event_type; see <see cref="Entities.EmissionKind"/>.</summary>
    public string Kind { get; init; } = "";

    public string? SupplierId { get; init; }

    public string? RouteId { get; init; }

    /// <summary>timestamp.</summary>
    public DateTimeOffset Start { get; init; }

    /// <summary>ended_at.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>km.</summary>
    public double? DistanceKm { get; init; }

    /// <summary>kg.</summary>
    public double? LoadKg { get; init; }

    public string? VehicleType { get; init; }

    public string? FuelType { get; init; }

    /// <summary>km/h.</summary>
    public double? Speed { get; init; }

    public int? StopEvents { get; init; }

    public double? TrafficScore { get; init; }

    public int? DeliveryCount { get; init; }

    /// <summary>kWh.</summary>
    public double? EnergyKwh { get; init; }

    public double? FurnaceUsage { get; init; }

    public double? CoolingLoad { get; init; }

    /// <summary>Hours.</summary>
    public double? ShiftHours { get; init; }

    /// <summary>Degrees Celsius.</summary>
    public double? Temperature { get; init; }

    public double? RefrigerationLoad { get; init; }

    public double? InventoryVolume { get; init; }

    /// <summary>1 to 18.</summary>
    public int? RegionId { get; init; }

    public Guid? WorkloadId { get; init; }

    public string? BatchId { get; init; }

    /// <summary>measured, reported, estimated or synthetic.</summary>
    public string Source { get; init; } = "reported";

    /// <summary>kg CO2e.</summary>
    public double? ReportedKg { get; init; }

    public bool IsOutlier { get; init; }

    /// <summary>Parts of a batch that an event of a phase is about; of other kinds it follows from the columns.</summary>
    public double? Parts { get; init; }

    /// <summary>A digest of what else the sender said, which no column keeps.</summary>
    public Guid? Digest { get; init; }

    /// <summary>What the sender said, in 128 bits: the same content gives the same ones.</summary>
    public Guid Content()
    {
        var bytes = new ArrayWriter();
        bytes.Add(Kind);
        bytes.Add(SupplierId);
        bytes.Add(RouteId);
        bytes.Add(Start.UtcTicks / TimeSpan.TicksPerMicrosecond);
        bytes.Add(End?.UtcTicks / TimeSpan.TicksPerMicrosecond);
        foreach (var number in (double?[])[DistanceKm, LoadKg, Speed, TrafficScore, EnergyKwh, FurnaceUsage, CoolingLoad, ShiftHours, Temperature, RefrigerationLoad, InventoryVolume, ReportedKg, Parts])
            bytes.Add(number is { } known ? BitConverter.DoubleToInt64Bits(known == 0 ? 0 : known) : null);
        bytes.Add(StopEvents);
        bytes.Add(DeliveryCount);
        bytes.Add(RegionId);
        bytes.Add(VehicleType);
        bytes.Add(FuelType);
        bytes.Add(WorkloadId?.ToString());
        bytes.Add(BatchId);
        bytes.Add(Source);
        bytes.Add(IsOutlier ? 1 : 0);
        if (Digest is { } digest)
            bytes.Add(digest.ToString());
        return bytes.Digest();
    }

    /// <summary>Values one after the other, each with its length, so that no two contents have the same bytes.</summary>
    private sealed class ArrayWriter
    {
        private byte[] _bytes = new byte[512];
        private int _length;

        public void Add(long? number)
        {
            var at = Take(number is null ? 1 : 1 + sizeof(long));
            at[0] = number is null ? (byte)0 : (byte)1;
            if (number is { } known)
                BinaryPrimitives.WriteInt64LittleEndian(at[1..], known);
        }

        public void Add(string? text)
        {
            Add(text is null ? null : Encoding.UTF8.GetByteCount(text));
            if (text is not null)
                Encoding.UTF8.GetBytes(text, Take(Encoding.UTF8.GetByteCount(text)));
        }

        public Guid Digest() => new(SHA256.HashData(_bytes.AsSpan(0, _length)).AsSpan(0, 16));

        private Span<byte> Take(int length)
        {
            if (_length + length > _bytes.Length)
                Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + length));
            _length += length;
            return _bytes.AsSpan(_length - length, length);
        }
    }
}
