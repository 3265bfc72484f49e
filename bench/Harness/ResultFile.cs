using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Harness;

/// <summary>What was measured, with when, of which commit, and on what machine.</summary>
internal static class ResultFile
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task<string> WriteAsync(
        Checkout checkout, Scenario scenario, string? load, IEnumerable<Comparison> comparisons, IReadOnlyList<string> notes, object? outcome, CancellationToken cancellationToken)
    {
        var path = Path.Combine(checkout.Root, "bench", "results", scenario.Name + ".json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var result = new
        {
            Scenario = scenario.Name,
            scenario.About,
            Date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
            Commit = await GitAsync(checkout, "rev-parse", "--short", "HEAD"),
            Modified = await GitAsync(checkout, "status", "--porcelain", "--untracked-files=no", "--", ":!bench/results") is { Length: > 0 },
            Machine = new
            {
                Cores = Environment.ProcessorCount,
                LoadBefore = load,
                Processor = ProcessorName(),
                Os = RuntimeInformation.OSDescription,
                Runtime = RuntimeInformation.FrameworkDescription,
            },
            Comparisons = comparisons.Select(Describe).ToList(),
            Notes = notes,
            Outcome = outcome,
        };
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(result, Json) + "\n", cancellationToken);
        return path;
    }

    private static object Describe(Comparison comparison) => new
    {
        comparison.Title,
        comparison.Item,
        Contenders = comparison.Results.Select(result => new
        {
            result.Contender.Name,
            Peer = result.Contender.IsPeer,
            Median = Describe(result.Medians),
            RatioToPeer = Round(comparison.Ratio(result)),
            Bar = result.Contender.Bar?.Text,
            BarReached = comparison.IsBarReached(result),
            Rounds = result.Rounds.Select(Describe).ToList(),
        }).ToList(),
    };

    private static object Describe(Figures figures) => new
    {
        figures.Items,
        Seconds = Round(figures.Seconds),
        PerSecond = Round(figures.Rate),
        CpuMicrosecondsEach = Round(figures.CpuMicroseconds),
        More = figures.More.Count == 0 ? null : figures.More.ToDictionary(one => one.Key, one => Round(one.Value)),
    };

    private static double? Round(double? value) => value is { } number ? Math.Round(number, 4) : null;

    private static string ProcessorName() => OperatingSystem.IsLinux()
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? ""
        : RuntimeInformation.ProcessArchitecture.ToString();

    // Without git, or outside of a clone, a result says that it does not know.
    private static async Task<string?> GitAsync(Checkout checkout, params string[] arguments)
    {
        var info = new ProcessStartInfo("git", arguments) { WorkingDirectory = checkout.Root, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var git = Process.Start(info)!;
            var output = await git.StandardOutput.ReadToEndAsync();
            await git.WaitForExitAsync();
            return git.ExitCode == 0 ? output.Trim() : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
