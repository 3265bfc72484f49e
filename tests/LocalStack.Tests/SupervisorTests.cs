using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Stacks;
using Pylon.Testing;

namespace Pylon.LocalStack.Tests;

public sealed class SupervisorTests : IDisposable
{
    private readonly string _directory = ThrowawayDirectory.Create("stack");

    [Fact]
    public async Task KilledServerStartsAgainAtItsAddress()
    {
        await using var stack = await StartAsync();
        using var stop = new CancellationTokenSource();
        var supervising = new Supervisor(stack, SilentReporter.Instance, TimeProvider.System).RunAsync(stop.Token);
        var redis = stack["redis"];
        var (identity, address) = (redis.Identity!, redis.Address);

        identity.Send(Signal.Kill);

        await Eventually.True(() => redis.IsRunning && redis.Identity is { } now && now != identity && redis.Restarts == 1);
        Assert.Equal(address, redis.Address);
        await stop.CancelAsync();
        await supervising;
    }

    [Fact]
    public async Task ServerThatEndsTooOftenStaysDown()
    {
        await using var stack = await StartAsync();
        using var stop = new CancellationTokenSource();
        var time = new FakeTime();
        var reporter = new RecordingReporter();
        var supervising = new Supervisor(stack, reporter, time).RunAsync(stop.Token);
        var redis = stack["redis"];

        for (var round = 1; round <= 6; round++)
        {
            await Eventually.True(() => redis.IsRunning && redis.Restarts == round - 1 && redis.Identity?.IsAlive == true);
            await Eventually.True(() => round == 1 || reporter.Notes == round - 1);
            redis.Identity!.Send(Signal.Kill);
            if (round == 6)
                break;
            await time.TimersWaiting();
            time.Advance(TimeSpan.FromSeconds(4));
        }

        await Eventually.True(() => reporter.Warnings.Any(warning => warning.StartsWith("redis ended 6 times in a minute", StringComparison.Ordinal)));
        await stop.CancelAsync();
        await supervising;
    }

    [Fact]
    public async Task DisposedStackLeavesNoProcess()
    {
        var stack = await StartAsync();
        var identities = stack.Processes.Select(process => process.Identity!).ToList();
        Assert.All(identities, identity => Assert.True(identity.IsAlive));

        await stack.DisposeAsync();

        Assert.All(identities, identity => Assert.False(identity.IsAlive));
    }

    public void Dispose() => ThrowawayDirectory.Delete(_directory);

    // The servers without the services, which need not be built for this.
    private Task<RunningStack> StartAsync()
    {
        var options = new StackOptions(new Checkout(_directory), StackAddresses.Choose(random: true)) { Services = [], Throwaway = true };
        return RunningStack.StartAsync(options);
    }

    private sealed class RecordingReporter : IStackReporter
    {
        private readonly List<string> _warnings = [];
        private int _notes;

        public int Notes => Volatile.Read(ref _notes);

        public IReadOnlyList<string> Warnings
        {
            get
            {
                lock (_warnings)
                    return [.. _warnings];
            }
        }

        public void Note(string text) => Interlocked.Increment(ref _notes);

        public void Warn(string text)
        {
            lock (_warnings)
                _warnings.Add(text);
        }
    }
}
