using System.Diagnostics;
using Pylon.Bench.Harness;
using Pylon.Forecasting.Models;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// The models on years of hourly values: an origin a day, 168 hours each, against repeating the last day, the last week and the
/// last value. The files are given, or they are the two reference years beside the checkout.
/// </summary>
internal sealed class ForecastScenario(IReadOnlyList<string> files)
    : Scenario("forecast", "rolling origins over hourly values against the last day and week: [file.csv …] [--rounds N]")
{
    private const string Gap = "ours, gap of 48 h";
    private const int GapEnds = 5 * 24;
    private const int GapHours = 48;

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        foreach (var file in files.Count > 0 ? files : Reference())
            await RunAsync(run, file, cancellationToken);
        run.Note($"an origin a day at the first hour of the series' day, fitted anew every 7 days; skill: 1 - MAE / the lower MAE of last day and last week; saving: share of the perfect saving for a 6 h job with 24 h of slack, every 6 h; gap: {GapHours} h missing, {GapEnds} h before each origin");
    }

    private static async Task RunAsync(BenchRun run, string file, CancellationToken cancellationToken)
    {
        var series = HourlyFile.Read(file);
        var test = new Backtest(series, ForecastKind.CarbonIntensity);
        var (day, week) = (test.Measure(test.LastDay), test.Measure(test.LastWeek));
        var whole = test.Measure(Values(test.Model()));
        var naive = day.Zip(week, (one, other) => Math.Min(one.MeanAbsolute, other.MeanAbsolute)).ToArray();
        await run.CompareAsync(
            $"{Path.GetFileName(file)}: {series.Hours:#,0} h ({series.MissingHours} filled), {test.Origins.Count()} origins of 168 h",
            "origins",
            [
                Simple("last day", test, test.LastDay, naive) with { IsPeer = true },
                Simple("last week", test, test.LastWeek, naive),
                Simple("persistence", test, test.Persistence, naive),
                new("ours", _ => Task.FromResult(Own(test, naive, change: null)))
                {
                    Bar = new Bar(
                        "skill ≥ 25/18/8, saving ≥ 60 and the last day's, bands 76–86/91–98, < 2 ms",
                        (own, peer) => own.More["skill 24"] >= 25 && own.More["skill 48"] >= 18 && own.More["skill 168"] >= 8
                            && own.More["saving %"] >= Math.Max(60, peer.More["saving %"])
                            && own.More["in 80 %"] is >= 76 and <= 86 && own.More["in 95 %"] is >= 91 and <= 98 && own.More["ms each"] < 2),
                },
                new(Gap, _ => Task.FromResult(Own(test, naive, Empty)))
                {
                    Bar = new Bar("MAE within 15 % of that without", (own, _) => Array.TrueForAll(whole, error => own.More[$"MAE {error.Hours}"] < 1.15 * error.MeanAbsolute)),
                },
            ],
            cancellationToken,
            defaultRounds: 3);
    }

    private static Contender Simple(string name, Backtest test, Func<int, double[]> forecast, double[] naive) =>
        new(name, _ => Task.FromResult(new Work(test.Origins.Count()) { More = Figures(test, forecast, naive) }));

    private static Work Own(Backtest test, double[] naive, Action<double[]>? change)
    {
        var more = Figures(test, Values(test.Model(change)), naive);
        (more["in 80 %"], more["in 95 %"]) = test.Coverage(test.Model(change));
        more["ms each"] = MillisecondsEach(test);
        return new Work(test.Origins.Count()) { More = more };
    }

    private static Dictionary<string, double> Figures(Backtest test, Func<int, double[]> forecast, double[] naive)
    {
        var more = new Dictionary<string, double>(StringComparer.Ordinal);
        var errors = test.Measure(forecast);
        foreach (var error in errors)
            (more[$"MAE {error.Hours}"], more[$"sMAPE {error.Hours}"]) = (error.MeanAbsolute, error.SymmetricPercent);
        for (var n = 0; n < errors.Length; n++)
            more[$"skill {errors[n].Hours}"] = 100 * (1 - (errors[n].MeanAbsolute / naive[n]));
        more["saving %"] = test.Saving(forecast).Captured;
        return more;
    }

    // Of an origin alone: the history is there and the model is fitted.
    private static double MillisecondsEach(Backtest test)
    {
        var model = test.Model();
        foreach (var origin in test.Origins)
            model(origin);
        var start = Stopwatch.GetTimestamp();
        foreach (var origin in test.Origins)
            model(origin);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / test.Origins.Count();
    }

    private static Func<int, double[]> Values(Func<int, ForecastHour[]> model) => origin => [.. model(origin).Select(hour => hour.Value)];

    private static void Empty(double[] known) => known.AsSpan(known.Length - GapEnds - GapHours, GapHours).Fill(double.NaN);

    private static IReadOnlyList<string> Reference()
    {
        var folder = Path.Combine(Checkout.Find().Root, "..", "shared", "reference");
        string[] files = [Path.Combine(folder, "windows", "gb_2022_hourly.csv"), Path.Combine(folder, "grid", "series", "neso_2023_national_intensity.csv")];
        return files.All(File.Exists) ? files : throw new StackException("the reference years are not beside this checkout: give a file of hourly values");
    }
}
