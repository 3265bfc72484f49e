using Google.Protobuf.WellKnownTypes;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Conductor.Batches;

/// <summary>What work took: of one report as its worker tells it, or of all reports of a phase together.</summary>
/// <param name="MicroKwh">Millionths of a kWh, so that a sum is the same in every order; null when none was told.</param>
/// <param name="Reports">Reports that told an energy.</param>
/// <param name="StartedAt">The earliest start, to the millisecond.</param>
/// <param name="EndedAt">The latest end, to the millisecond.</param>
internal sealed record PhaseWork(long? MicroKwh, long Reports, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt)
{
    private const double MaxKwh = 1_000_000;
    private const double Micro = 1e6;

    public static PhaseWork None { get; } = new(null, 0, null, null);

    public double? EnergyKwh => MicroKwh / Micro;

    /// <summary>Refuses a value that breaks the rules of the contract.</summary>
    public static PhaseWork Parse(double? energyKwh, Timestamp? startedAt, Timestamp? endedAt)
    {
        if (energyKwh is { } energy)
            Field.Range(energy, "energy_kwh", 0, MaxKwh);
        var (start, end) = (Time(startedAt, "started_at"), Time(endedAt, "ended_at"));
        return start > end ? throw Refusal.InvalidArgument("ended_at", "must not be before started_at").AsException() : Of(energyKwh, start, end);
    }

    public static PhaseWork Of(double? energyKwh, DateTimeOffset? startedAt, DateTimeOffset? endedAt) =>
        new(energyKwh is { } energy ? (long)Math.Round(energy * Micro) : null, energyKwh is null ? 0 : 1, ToMilliseconds(startedAt), ToMilliseconds(endedAt));

    public PhaseWork Add(PhaseWork other) => new(
        MicroKwh is null && other.MicroKwh is null ? null : (MicroKwh ?? 0) + (other.MicroKwh ?? 0),
        Reports + other.Reports,
        StartedAt is null || other.StartedAt < StartedAt ? other.StartedAt ?? StartedAt : StartedAt,
        EndedAt is null || other.EndedAt > EndedAt ? other.EndedAt ?? EndedAt : EndedAt);

    /// <summary>A time from 2000 to 2199, or null; refuses any other.</summary>
    public static DateTimeOffset? Time(Timestamp? value, string name)
    {
        try
        {
            return value?.ToDateTimeOffset() is not { } time || time.UtcDateTime.Year is >= 2000 and < 2200
                ? value?.ToDateTimeOffset()
                : throw Refusal.InvalidArgument(name, "must be from 2000 to 2199").AsException();
        }
        catch (InvalidOperationException)
        {
            throw Refusal.InvalidArgument(name, "must be from 2000 to 2199").AsException();
        }
    }

    private static DateTimeOffset? ToMilliseconds(DateTimeOffset? time) =>
        time is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds()) : null;
}
