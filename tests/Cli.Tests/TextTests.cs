using Google.Protobuf.WellKnownTypes;
using Pylon.Cli.Commands;
using Pylon.Cli.Output;
using Pylon.Events.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Tests;

/// <summary>How values, workloads and events look.</summary>
public sealed class TextTests
{
    private static readonly DateTimeOffset Time = new(2026, 3, 1, 9, 0, 0, 125, TimeSpan.Zero);

    [Theory]
    [InlineData(0.0, "0")]
    [InlineData(0.07461234, "0.0746")]
    [InlineData(0.07455, "0.0746")]
    [InlineData(0.99951, "1")]
    [InlineData(1.0549, "1.05")]
    [InlineData(16.1499, "16.1")]
    [InlineData(99.96, "100")]
    [InlineData(1932.4, "1,932")]
    [InlineData(-53.27, "-53.3")]
    [InlineData(double.NaN, "–")]
    [InlineData(null, "–")]
    public void NumbersHaveAboutThreeDigits(double? value, string expected) => Assert.Equal(expected, Figures.Number(value));

    [Theory]
    [InlineData(0.4, "0.4 g")]
    [InlineData(999.4, "999 g")]
    [InlineData(1288, "1.29 kg")]
    [InlineData(12345678, "12.3 t")]
    public void MassesHaveAUnit(double grams, string expected) => Assert.Equal(expected, Figures.Mass(grams));

    [Theory]
    [InlineData(0.0746, "0.0746")]
    [InlineData(1.5, "1.50")]
    [InlineData(1234.5, "1,234.50")]
    public void PoundsHaveTwoDecimals(double pounds, string expected) => Assert.Equal(expected, Figures.Pounds(pounds));

    [Fact]
    public void PeriodsNameTheDayOnce()
    {
        Assert.Equal("2026-03-01 09:00 – 13:00", Figures.Period(Samples.Window(0, 4)));
        Assert.Equal("2026-03-01 22:00 – 03-02 02:00", Figures.Period(Samples.Window(13, 17)));
    }

    [Fact]
    public void EnumsAreWords()
    {
        Assert.Equal("pending user choice", Words.Of(WorkloadStatus.PendingUserChoice));
        Assert.Equal("–", Words.Of(WorkloadStatus.Unspecified));
        Assert.Equal("unknown (99)", Words.Of((WorkloadStatus)99));
        Assert.Equal("no effect", Words.Of("no_effect"));
        Assert.Equal(Ingestion.V1.GridSeries.MarketIndexPrice, Words.Read<Ingestion.V1.GridSeries>("market-index-price"));
    }

    [Fact]
    public void RecommendationsAreSortedByRankAndShowAllValues()
    {
        var lines = Render(WorkloadText.Recommendations(Samples.Workload), 200).Where(line => line.Contains("UK-", StringComparison.Ordinal));

        Assert.Equal(
            ["1 UK-EAST-1 Cambridge-East, Cambridge 85.5 % 120 2026-03-01 09:00 – 13:00 73.5 ≈16.1 0.684 1,932 beckn confirmed",
             "2 UK-WEST-1 Bristol-West, Bristol 71 % – 2026-03-01 22:00 – 03-02 02:00 71 – – – grid, synthetic none"],
            lines.Select(Terminal.Squeeze));
    }

    [Fact]
    public void ColumnsWithoutRoomAreNamed()
    {
        var terminal = new Terminal(width: 80);

        terminal.Context.Screen.Show(WorkloadText.Recommendations(Samples.Workload));

        Assert.All(terminal.Lines.SkipLast(2), line => Assert.InRange(line.Length, 1, 80));
        Assert.Contains("Not shown: area, renewable", terminal.Output, StringComparison.Ordinal);
        Assert.Contains("1,932", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void TheOutcomeIsToldAgainstTheBaselineWithWhatIsEstimated() => Assert.Equal(
        [
            "Outcome: 8 kWh, 300 g CO2, 0.632 GBP at the booked offer",
            "Started at once in region 13 of its data centre: 1.6 kg CO2, 0.6 GBP at the wholesale price",
            "Saved: 1.3 kg CO2 (81.3 %), -0.032 GBP (-5.3 %)",
            "Estimated: the time of phase train is that of its reports",
        ],
        WorkloadText.Outcome(new Outcome
        {
            EnergyKwh = 8,
            CarbonGco2 = 300,
            CostGbp = 0.632,
            CostBasis = CostBasis.BookedOffer,
            SavedGco2 = 1300,
            SavedGbp = -0.032,
            SavedCarbonPercent = 81.25,
            SavedCostPercent = -5.333,
            Estimated = { "the time of phase train is that of its reports" },
            Baseline = new Baseline { Place = BaselinePlace.Host, RegionId = 13, CarbonGco2 = 1600, CostGbp = 0.6 },
        }));

    [Fact]
    public void PhasesAreOneLineAndTheWorkloadEndsWithThem()
    {
        var run = new Run
        {
            Pipeline = "compute_training",
            State = RunState.Running,
            Phases = { new PhaseRun { Phase = "p0", State = PhaseRunState.Completed }, new PhaseRun { Phase = "p1", State = PhaseRunState.Running, Completed = 2, Failed = 1, Total = 4 }, new PhaseRun { Phase = "p2", State = PhaseRunState.Waiting } },
        };
        var workload = new Workload { Status = WorkloadStatus.Scheduled, Run = run };

        Assert.Equal("compute_training running: p0 ✓  p1 2/4 (1 failed)  p2 –", WorkloadText.Run(run));
        Assert.False(Flow.IsOver(workload));
        run.State = RunState.Failed;
        Assert.True(Flow.IsOver(workload));
        workload.Run = null;
        Assert.True(Flow.IsOver(workload));
    }

    [Fact]
    public void ProcessesShowTheirMemoryInMegabytesOrADash()
    {
        var row = new ProcessRow("gateway", "running", 7, "http://127.0.0.1:8080", DateTimeOffset.UnixEpoch, 128L << 20, 72L << 20, 0, "log");

        var lines = Render(StatusCommand.Processes([row, row with { MemoryBytes = null, FileBytes = null }]), 200).Where(line => line.Contains("gateway", StringComparison.Ordinal)).ToList();

        Assert.EndsWith("128 MB 72 MB", Terminal.Squeeze(lines[0]), StringComparison.Ordinal);
        Assert.EndsWith("– –", Terminal.Squeeze(lines[1]), StringComparison.Ordinal);
    }

    [Fact]
    public void EventIsOneLine() => Assert.Equal(
        "09:00:00.125  workload.step_completed  7c9e6679  action=select  option=1",
        EventText.Line(new Event
        {
            Type = "pylon.workload.step_completed.v1",
            Subject = "7c9e6679",
            Time = Time.ToTimestamp(),
            WorkloadStepCompleted = new WorkloadStepCompleted { WorkloadId = "7c9e6679", Action = "select", TransactionId = "t", MessageId = "m", Option = 1 },
        }));

    [Fact]
    public void PhaseEventsAreShort()
    {
        Assert.Equal("train part-4 done, 4/4 ✓", EventText.Details(new Event
        {
            BatchPhaseProgressed = new BatchPhaseProgressed { BatchId = "7c9e6679", PhaseName = "train", EntityId = "part-4", Succeeded = true, CorrelationId = "c", Completed = 4, Total = 4, PhaseComplete = true },
        }));
        Assert.Equal("pipeline=p  final_pipeline=prepare,train", EventText.Details(new Event
        {
            BatchPipelineDefined = new BatchPipelineDefined { BatchId = "7c9e6679", Pipeline = "p", FinalPipeline = { "prepare", "train" }, CorrelationId = "c" },
        }));
        Assert.Equal("", EventText.Details(new Event()));
    }

    [Theory]
    [InlineData("+90m", "2026-03-01T10:30:00.125Z")]
    [InlineData("+2d", "2026-03-03T09:00:00.125Z")]
    [InlineData("2026-05-01T12:00:00Z", "2026-05-01T12:00:00Z")]
    [InlineData("2026-05-01 12:00", "2026-05-01T12:00:00Z")]
    public void AMomentIsATimeOrADurationFromNow(string text, string expected)
    {
        Assert.True(Options.TryMoment(text, Time, out var moment));
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), moment);
    }

    [Theory]
    [InlineData("+999999999d")]
    [InlineData("+NaNd")]
    [InlineData("-1h")]
    [InlineData("+-1h")]
    [InlineData("+1e400d")]
    [InlineData("+6")]
    [InlineData("+")]
    [InlineData("")]
    [InlineData("tomorrow")]
    public void AMomentThatIsNoneIsRefused(string text) => Assert.False(Options.TryMoment(text, Time, out _));

    [Theory]
    [InlineData("--carbon-cap", "NaN")]
    [InlineData("--carbon-cap", "∞")]
    [InlineData("--carbon-cap", "1e999")]
    [InlineData("--max-price", "0")]
    [InlineData("--max-price", "cheap")]
    [InlineData("--max-gco2", "-1")]
    [InlineData("--energy-kwh", "0")]
    [InlineData("--memory-gb", "much")]
    [InlineData("--delay-mins", "-1")]
    [InlineData("--cpu-cores", "0")]
    [InlineData("--gpu-minutes", "1.5")]
    [InlineData("--gpu-minutes", "99999999999")]
    public async Task NumberThatIsNotAboveZeroIsRefused(string option, string value)
    {
        var terminal = new Terminal();

        Assert.Equal(ExitCode.Usage, await terminal.RunAsync("submit", "x", option, value));
        Assert.StartsWith($"{option}: '{value}' must be a ", terminal.Errors, StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Render(Sheet sheet, int width)
    {
        var terminal = new Terminal(width);
        terminal.Context.Screen.Show(sheet);
        return terminal.Lines;
    }
}
