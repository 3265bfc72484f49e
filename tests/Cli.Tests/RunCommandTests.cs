using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Cli.Output;
using Pylon.Common.V1;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Cli.Tests;

/// <summary><c>pylon run</c>: it waits, runs, tells, and leaves nothing behind.</summary>
public sealed class RunCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pylon-run-").FullName;
    private readonly Terminal _terminal = new();

    private string Mark => Path.Combine(_directory, "mark");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("exit 0", 0, "done after")]
    [InlineData("exit 7", 7, "ended with exit code 7")]
    [InlineData("kill -9 $$", 137, "ended with signal 9")]
    public async Task WithoutAForecastItRunsAtOnceAndKeepsTheExitCode(string script, int code, string told)
    {
        _terminal.Calls.Failure = FakeCalls.Error(StatusCode.Unavailable);
        Assert.Equal(code, await _terminal.RunAsync("run", "--for", "1s", "--by", "+1m", "--", "sh", "-c", script));
        Assert.Contains("pylon: starts now:", _terminal.Errors, StringComparison.Ordinal);
        Assert.Contains(told, _terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ItWaitsForItsWindowAndTellsWhatThatSaved()
    {
        Plan(_terminal.Time.GetUtcNow().AddSeconds(0.7));
        var begin = _terminal.Time.GetTimestamp();
        Assert.Equal(0, await _terminal.RunAsync("run", "--for", "1s", "--by", "+1h", "--watts", "1000000", "--", "awk", "BEGIN { for (i = 0; i < 1e6; i++) s += i }"));
        Assert.True(_terminal.Time.GetElapsedTime(begin) > TimeSpan.FromSeconds(0.7), "it waited");
        Assert.Contains("waits until", _terminal.Errors, StringComparison.Ordinal);
        Assert.Contains("when started at once: saved", _terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InterruptedWhileItWaitsItRunsNothing()
    {
        Plan(_terminal.Time.GetUtcNow().AddHours(1));
        using var stop = new CancellationTokenSource();
        var running = _terminal.RunAsync(["run", "--for", "1h", "--by", "+12h", "--", "touch", Mark], stop.Token);
        await Eventually.True(() => _terminal.Errors.Contains("waits until", StringComparison.Ordinal));
        await stop.CancelAsync();
        Assert.Equal(ExitCode.Interrupted, await running);
        Assert.False(File.Exists(Mark));
    }

    [Fact]
    public async Task InterruptedWhileItRunsItLeavesNothingBehind()
    {
        Plan(_terminal.Time.GetUtcNow().AddHours(1));
        using var stop = new CancellationTokenSource();
        var running = _terminal.RunAsync(["run", "--for", "1h", "--by", "+12h", "--or-now", "--", "sh", "-c", $"sleep 1000 & echo $! >{Mark}; wait"], stop.Token);
        await Eventually.True(() => File.Exists(Mark) && File.ReadAllText(Mark).EndsWith('\n'));
        await stop.CancelAsync();
        Assert.Equal(ExitCode.Interrupted, await running);
        var child = int.Parse(File.ReadAllText(Mark), CultureInfo.InvariantCulture);
        await Eventually.True(() => !File.Exists($"/proc/{child}/stat") || File.ReadAllText($"/proc/{child}/stat").Contains(") Z", StringComparison.Ordinal));
    }

    private void Plan(DateTimeOffset start) => _terminal.Calls.On("PlanWindow", new PlanWindowResponse
    {
        Plan = new Plan
        {
            Zone = "here",
            Pieces = { new PlanPiece { FirstStep = 2, Steps = 1 } },
            StartStep = 2,
            EndStep = 3,
            Window = new Window { StartTime = start.ToTimestamp(), EndTime = start.AddMinutes(30).ToTimestamp() },
            Carbon = new PlanFigure { Mean = 50, NowMean = 200, SavingPercent = 75 },
            WindowEndStep = 4,
        },
        Step = TimeSpan.FromMinutes(30).ToDuration(),
        Curve = { 200, 200, 50, 100 },
    });
}
