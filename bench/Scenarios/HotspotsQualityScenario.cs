using System.Globalization;
using Pylon.Bench.Harness;
using Pylon.Bench.Hotspots;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// What the rules of hotspots find of labelled incidents: 48 entities, 26 weeks, the real intensity of the grid in 2022, the
/// same class of the product that its scan uses. Another draw is another set of noise and incidents.
/// </summary>
internal sealed class HotspotsQualityScenario(IReadOnlyList<string> files, int draw)
    : Scenario("hotspots-quality", "what the rules of hotspots find of labelled incidents: [grid.csv] [--draw N]")
{
    public override Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var grid = GridOf(files.Count > 0 ? files[0] : Path.Combine(run.Checkout.Root, "..", "shared", "reference", "windows", "gb_2022_hourly.csv"));
        var quality = HotspotQuality.Measure(grid, draw);
        Console.WriteLine($"draw {draw}\n");
        Console.WriteLine($"{"kind",-12}{"precision",10}{"recall",8}{"spike",7}{"shift",7}{"creep",7}{"ramp",7}{"false/month",13}{"delay h",9}{"opened",8}{"incidents",11}{"drop-outs",11}");
        foreach (var (kind, of) in quality)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{kind,-12}{of.Precision,10:0.000}{of.Recall,8:0.000}{of.RecallOf("spike"),7:0.00}{of.RecallOf("shift"),7:0.00}{of.RecallOf("creep"),7:0.00}{of.RecallOf("ramp"),7:0.00}{of.FalsePerMonth,13:0.000}{of.MedianDelay,9:0.#}{of.Openings,8}{of.Incidents,11}{of.OpeningsOfDropOuts,11}"));
        }

        var all = quality["all"];
        Console.WriteLine();
        run.Note($"precision ≥ 0.95, recall ≥ 0.90, false per entity and month ≤ 0.1, median delay ≤ 2 h, opened ≤ 1.2 × incidents, no drop-out: {(all.IsGood ? "reached" : "NOT reached")}");
        run.Outcome = new
        {
            Draw = draw,
            Reached = all.IsGood,
            Kinds = quality.ToDictionary(one => one.Key, one => new
            {
                Precision = Math.Round(one.Value.Precision, 4),
                Recall = Math.Round(one.Value.Recall, 4),
                RecallOfSpikes = Math.Round(one.Value.RecallOf("spike"), 4),
                RecallOfShifts = Math.Round(one.Value.RecallOf("shift"), 4),
                RecallOfCreeps = Math.Round(one.Value.RecallOf("creep"), 4),
                RecallOfRamps = Math.Round(one.Value.RecallOf("ramp"), 4),
                FalsePerEntityMonth = Math.Round(one.Value.FalsePerMonth, 4),
                MedianDelayHours = one.Value.MedianDelay,
                Opened = one.Value.Openings,
                one.Value.Incidents,
                OpenedByDropOuts = one.Value.OpeningsOfDropOuts,
            }),
        };
        return Task.CompletedTask;
    }

    private static double[] GridOf(string path)
    {
        if (!File.Exists(path))
            throw new StackException($"{path} is not there: give a file of hourly intensities, one a line, in a column carbon_intensity");
        var series = File.ReadLines(path).Select(line => line.Split(',')).ToList();
        var column = Array.FindIndex(series[0], name => name.Trim() == "carbon_intensity");
        var values = series.Skip(1).Select(fields => double.TryParse(fields[Math.Max(column, 0)], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN)
            .Take(HotspotWorld.Hours).ToArray();
        return column >= 0 && values.Length == HotspotWorld.Hours && Array.TrueForAll(values, double.IsFinite)
            ? values
            : throw new StackException($"{path} must have a column carbon_intensity and at least {HotspotWorld.Hours} lines of numbers");
    }
}
