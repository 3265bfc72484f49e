using System.Globalization;

namespace Pylon.Worker.Energy;

/// <summary>What a job took.</summary>
/// <param name="IsEstimated">From CPU time and an assumed power, not from the counters of the machine.</param>
internal sealed record JobEnergyUse(double Kwh, bool IsEstimated);

/// <summary>
/// What a job takes. With power counters: its share, by CPU time, of what the processors took meanwhile. Without: its CPU time at
/// the power of a busy core. Either way times what the data centre draws for each kWh of its computers (PUE).
/// </summary>
/// <param name="counters">Of this machine.</param>
/// <param name="watts">Of a busy core.</param>
/// <param name="pue">At least 1.</param>
/// <param name="busySeconds">CPU time of the whole machine so far; null when it is not known.</param>
internal sealed class EnergyMeter(PowerCounters counters, double watts, double pue, Func<double?> busySeconds)
{
    private const double JoulesPerKwh = 3.6e6;

    // The kernel's unit of CPU time in /proc/stat.
    private const double TicksPerSecond = 100;

    /// <summary>Begins to measure a job.</summary>
    public Reading Begin() => new(counters.AreThere ? counters.Joules() : null, busySeconds());

    /// <summary>What a job took since then.</summary>
    public JobEnergyUse Since(Reading begin, TimeSpan cpu)
    {
        if (begin is { Joules: { } before, BusySeconds: { } busyBefore } && busySeconds() is { } busy)
            return new JobEnergyUse(Share(counters.Joules() - before, cpu.TotalSeconds, busy - busyBefore) * pue / JoulesPerKwh, IsEstimated: false);
        return new JobEnergyUse(cpu.TotalSeconds * watts * pue / JoulesPerKwh, IsEstimated: true);
    }

    /// <summary>The share of a job in what all took; a job is never more than all.</summary>
    public static double Share(double joules, double own, double busy) => busy <= 0 ? 0 : joules * Math.Min(1, own / busy);

    /// <summary>CPU time of this machine since its start, without the time in which it was idle.</summary>
    public static double? BusySeconds()
    {
        try
        {
            // cpu user nice system idle iowait irq softirq steal
            var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray();
            return (fields.Sum() - fields[3] - fields[4]) / TicksPerSecond;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>The counters at a time.</summary>
    internal sealed record Reading(double? Joules, double? BusySeconds);
}
