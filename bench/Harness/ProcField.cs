using System.Globalization;

namespace Pylon.Bench.Harness;

/// <summary>A number in a file of /proc whose lines are <c>name: number unit</c>.</summary>
internal static class ProcField
{
    /// <summary>Null when the process or thread has ended.</summary>
    public static long? Read(string file, string name)
    {
        try
        {
            var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal));
            return line is null ? null : long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
