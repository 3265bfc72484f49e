using System.Text;
using Pylon.Testing;
using Pylon.Worker.Energy;
using Pylon.Worker.Processes;

namespace Pylon.Worker.Tests;

/// <summary>Real processes: how they end is told apart, and nothing of them is left behind.</summary>
public sealed class JobRunTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pylon-run-").FullName;
    private readonly StringBuilder _output = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("exit 0", 60, null)]
    [InlineData("exit 3", 60, "exit code 3")]
    [InlineData("kill -9 $$", 60, "signal 9")]
    [InlineData("sleep 60", 0.5, "time limit 0.5 s")]
    public async Task HowAJobEndsIsToldApart(string script, double limitSeconds, string? failure) =>
        Assert.Equal(failure, (await RunAsync(script, TimeSpan.FromSeconds(limitSeconds))).Failure);

    [Fact]
    public async Task AJobSeesItsArgumentsItsDirectoryAndNothingOfOurEnvironment()
    {
        Environment.SetEnvironmentVariable("PYLON_SECRET_OF_THE_TEST", "secret");
        var outcome = await RunAsync(["sh", "-c", "printf '%s|' \"$@\" \"$(pwd)\" \"$PYLON_PART\" \"$PYLON_SECRET_OF_THE_TEST\"", "sh", "; rm -rf *", "$(touch gone)"]);
        Assert.Null(outcome.Failure);
        Assert.Equal($"; rm -rf *|$(touch gone)|{_directory}|7||", _output.ToString());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public async Task WhatAJobTakesIsItsCpuTime()
    {
        var outcome = await RunAsync(["awk", "BEGIN { for (i = 0; i < 3e6; i++) s += i % 7 }"]);
        // At 1,000 W, so that it can be seen: some hundredths of a second at least.
        Assert.True(outcome.Energy is { IsEstimated: true, Kwh: > 0.01 * 1000 / 3.6e6 }, $"{outcome.Energy}");
        Assert.InRange(outcome.Energy.Kwh, 0, 1.2 * 1000 * (outcome.EndedAt - outcome.StartedAt).TotalSeconds / 3.6e6);
    }

    [Fact]
    public async Task AMemoryLimitEndsAJob()
    {
        var outcome = await RunAsync(["awk", "BEGIN { s = \"x\"; while (1) s = s s }"], memoryMb: 64);
        Assert.NotNull(outcome.Failure);
        Assert.DoesNotContain("time limit", outcome.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatAJobLeavesBehindEndsWithIt()
    {
        await RunAsync("sleep 1000 & echo $!");
        var child = _output.ToString().Trim();
        await Eventually.True(() => !Directory.Exists($"/proc/{child}") || File.ReadAllText($"/proc/{child}/stat").Contains(") Z", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AStoppedJobIsAskedAndThenEnded()
    {
        using var stop = new CancellationTokenSource();
        var running = RunAsync(["sh", "-c", "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done"], cancellationToken: stop.Token);
        await Eventually.True(() => Said().Contains("ready", StringComparison.Ordinal));
        await stop.CancelAsync();
        Assert.Equal("stopped", (await running).Failure);
        Assert.Contains("bye", Said(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnInterruptibleJobStandsStillBetweenItsSteps()
    {
        var time = new FakeTime();
        var begin = time.GetUtcNow();
        var steps = new RunStep[] { new(begin.AddSeconds(20), begin.AddSeconds(40)), new(begin.AddHours(1), begin.AddHours(2)) };
        // It has no children: a shell that waits for a child to begin is not shown as stopped.
        var running = RunAsync(["sh", "-c", "echo $$; while [ ! -e done ]; do :; done"], steps: steps, time: time);
        await time.TimersWaiting();
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.Empty(Said());
        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.True(() => Said().EndsWith('\n'));
        Assert.False(StandsStill());
        await time.TimersWaiting();
        time.Advance(TimeSpan.FromSeconds(20));
        await Eventually.True(StandsStill);
        while (time.GetUtcNow() < steps[1].Start)
        {
            Assert.True(StandsStill());
            await time.TimersWaiting();
            time.Advance(TimeSpan.FromSeconds(30));
        }

        await Eventually.True(() => !StandsStill());
        await File.WriteAllTextAsync(Path.Combine(_directory, "done"), "");
        // The hour in which it stood still is no part of its time limit of a minute.
        var outcome = await running;
        Assert.Equal((null, steps[0].Start), (outcome.Failure, outcome.StartedAt));

        bool StandsStill() => File.ReadAllText($"/proc/{Said().Trim()}/stat").Contains(") T", StringComparison.Ordinal);
    }

    [Fact]
    public async Task AJobThatIsNoLongerFollowedIsEnded()
    {
        var time = new FakeTime();
        var begin = time.GetUtcNow();
        var steps = new RunStep[] { new(begin, begin.AddSeconds(20)), new(begin.AddHours(1), begin.AddHours(2)) };
        var running = RunAsync(["sh", "-c", "echo $$; exec sleep 1000"], steps: steps, time: time, checkpoint: () => throw new InvalidOperationException("a fault"));
        await Eventually.True(() => Said().EndsWith('\n'));
        await time.TimersWaiting();
        time.Advance(TimeSpan.FromSeconds(20));
        await Assert.ThrowsAsync<InvalidOperationException>(() => running);
        await Eventually.True(() => !Directory.Exists($"/proc/{Said().Trim()}"));
    }

    [Fact]
    public void OutputHasABoundAndAnEnd()
    {
        var path = Path.Combine(_directory, "out.log");
        using var file = new OutputFile(path, 10_000);
        for (var n = 0; n < 1_000; n++)
            file.Write(Encoding.UTF8.GetBytes($"line {n:0000} é\n"));
        Assert.Equal(10_000, new FileInfo(path).Length);
        Assert.EndsWith("line 0999 é\n", file.Tail, StringComparison.Ordinal);
        Assert.InRange(file.Tail.Length, 3_000, OutputFile.TailCharacters);
        Assert.DoesNotContain('\ufffd', file.Tail);
    }

    [Fact]
    public void CountersOfPowerAreSharedOutByCpuTimeAndGoRound()
    {
        var package = Directory.CreateDirectory(Path.Combine(_directory, "intel-rapl:0")).FullName;
        var memory = Directory.CreateDirectory(Path.Combine(_directory, "intel-rapl:0:0")).FullName;
        foreach (var (directory, name) in ((string, string)[])[(package, "package-0"), (memory, "dram")])
        {
            File.WriteAllText(Path.Combine(directory, "name"), name + "\n");
            File.WriteAllText(Path.Combine(directory, "max_energy_range_uj"), "10000000\n");
            File.WriteAllText(Path.Combine(directory, "energy_uj"), "9000000\n");
        }

        var busy = 100.0;
        var meter = new EnergyMeter(new PowerCounters(_directory), 10, 1.5, () => busy);
        var begin = meter.Begin();
        // 1 J to the end of the range and 3 J from its beginning; a quarter of the busy time is the job's.
        File.WriteAllText(Path.Combine(package, "energy_uj"), "3000000\n");
        busy += 8;
        var use = meter.Since(begin, TimeSpan.FromSeconds(2));
        Assert.Equal(4 * 0.25 * 1.5 / 3.6e6, use.Kwh, 12);
        Assert.False(use.IsEstimated);
        var without = new EnergyMeter(new PowerCounters(Path.Combine(_directory, "none")), 10, 1.5, () => busy);
        Assert.Equal(new JobEnergyUse(2 * 10 * 1.5 / 3.6e6, IsEstimated: true), without.Since(without.Begin(), TimeSpan.FromSeconds(2)));
    }

    private Task<JobOutcome> RunAsync(string script, TimeSpan? limit = null) => RunAsync(["sh", "-c", script], limit);

    private Task<JobOutcome> RunAsync(
        string[] command, TimeSpan? limit = null, int? memoryMb = null, RunStep[]? steps = null, TimeProvider? time = null, Func<Task>? checkpoint = null,
        CancellationToken cancellationToken = default)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = Environment.GetEnvironmentVariable("PATH")!, ["PYLON_PART"] = "7" };
        var meter = new EnergyMeter(new PowerCounters(Path.Combine(_directory, "none")), 1000, 1, EnergyMeter.BusySeconds);
        var run = new JobRun(new ProcessStart(command, _directory, environment, memoryMb), limit ?? TimeSpan.FromSeconds(60), steps ?? [], meter, time ?? TimeProvider.System)
        {
            Checkpoint = checkpoint,
        };
        return run.RunAsync(Take, cancellationToken);
    }

    private void Take(ReadOnlyMemory<byte> piece)
    {
        lock (_output)
            _output.Append(Encoding.UTF8.GetString(piece.Span));
    }

    private string Said()
    {
        lock (_output)
            return _output.ToString();
    }
}
