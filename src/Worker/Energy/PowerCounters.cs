using System.Globalization;

namespace Pylon.Worker.Energy;

/// <summary>
/// The energy counters of the processor packages (/sys/class/powercap, RAPL), in microjoules. They begin again at a value that the
/// kernel tells, so they are read often enough to see each round.
/// </summary>
internal sealed class PowerCounters
{
    private readonly Lock _gate = new();
    private readonly List<Counter> _packages;
    private double _joules;

    public PowerCounters(string root = "/sys/class/powercap") => _packages = [.. Find(root)];

    /// <summary>False when the machine has none, or they cannot be read.</summary>
    public bool AreThere => _packages.Count > 0;

    /// <summary>Since the start, of all packages; read it at least once a minute.</summary>
    public double Joules()
    {
        lock (_gate)
        {
            foreach (var package in _packages)
                _joules += package.Step() / 1e6;
            return _joules;
        }
    }

    private static IEnumerable<Counter> Find(string root)
    {
        if (!Directory.Exists(root))
            yield break;
        foreach (var directory in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            // The parts of a package, such as its memory, are in its count already.
            if (Text(Path.Combine(directory, "name"))?.StartsWith("package-", StringComparison.Ordinal) == true
                && Number(Path.Combine(directory, "energy_uj")) is { } now
                && Number(Path.Combine(directory, "max_energy_range_uj")) is { } most)
            {
                yield return new Counter(Path.Combine(directory, "energy_uj"), most, now);
            }
        }
    }

    private static string? Text(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long? Number(string path) => long.TryParse(Text(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private sealed class Counter(string path, long most, long last)
    {
        private long _last = last;

        /// <summary>Microjoules since the last step.</summary>
        public double Step()
        {
            if (Number(path) is not { } now)
                return 0;
            var step = now >= _last ? now - _last : now + most - _last;
            _last = now;
            return step;
        }
    }
}
