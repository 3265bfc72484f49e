using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;

namespace Pylon.LocalStack.Stacks;

/// <summary>
/// One run of a checkout's stack: cleans up after a killed run, builds, chooses ports, starts, supervises and stops, and
/// keeps <c>.pylon/state.json</c> and <c>.pylon/env</c> up to date.
/// </summary>
public sealed class StackSession(Checkout checkout, IStackReporter reporter, TimeProvider time, bool isFleet = false)
{
    private const int FleetRedisNodes = 6;
    private const string Configuration = "Release";
    private readonly Lock _writing = new();
    private StackState _state = StackState.Read(checkout);

    /// <summary>Returns when cancelled, with everything stopped.</summary>
    /// <param name="onReady">Runs when everything is healthy; the stack is ready when it has returned.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public async Task RunAsync(Func<RunningStack, CancellationToken, Task> onReady, CancellationToken cancellationToken)
    {
        await _state.EndLeftoversAsync(reporter.Note, cancellationToken);
        Write(_state with { Phase = StackPhase.Starting, Supervisor = ProcessIdentity.Of(Environment.ProcessId), Processes = [] });
        try
        {
            var (postgres, redis) = (Given("PYLON_POSTGRES", OwnPostgres), Given("PYLON_REDIS", OwnRedis));
            await ServerPackages.EnsureAsync(postgres is null, redis is null, reporter, cancellationToken);
            await reporter.StepAsync(
                "build", () => new ServiceBuild(checkout, Configuration).RunAsync(ServiceDefinition.All, reporter, cancellationToken), built => built ? "" : "up to date");

            await using var stack = await StartAsync(postgres, redis, cancellationToken);
            EnvFile.Write(checkout, stack.Variables);
            await onReady(stack, cancellationToken);
            Write(_state with { Phase = StackPhase.Ready });
            await new Supervisor(stack, reporter, time).RunAsync(cancellationToken);
            Write(_state with { Phase = StackPhase.Stopping });
            reporter.Note("stopping");
        }
        finally
        {
            File.Delete(checkout.EnvFile);
            Write(_state with { Phase = StackPhase.Stopped, Supervisor = null, Processes = [] });
        }
    }

    private string? OwnPostgres => _state.Ports.TryGetValue(StackAddresses.PostgresKey, out var port) ? PrivatePostgres.UriOf(port) : null;

    private string? OwnRedis => StackAddresses.RedisOf(_state.Ports);

    // A shell that has sourced .pylon/env names the private server of the last run; that is not a given server.
    private static string? Given(string variable, string? own) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value && value != own ? value : null;

    private Task<RunningStack> StartAsync(string? postgres, string? redis, CancellationToken cancellationToken) => StackStarter.StartAsync(
        () =>
        {
            var addresses = StackAddresses.Choose(_state.Ports, postgres, redis, redisNodes: isFleet ? FleetRedisNodes : 0, replicas: isFleet ? ServiceDefinition.Fleet : []);
            Write(_state with { Ports = addresses.Ports });
            return Task.FromResult(new StackOptions(checkout, addresses)
            {
                Configuration = Configuration,
                Reporter = reporter,
                Services = isFleet ? [.. ServiceDefinition.All, .. ServiceDefinition.Fleet] : ServiceDefinition.All,
            });
        },
        Record, cancellationToken);

    private void Record(RunningStack stack)
    {
        lock (_writing)
        {
            var known = _state.Processes.ToDictionary(process => process.Identity);
            var processes = stack.Processes.Where(process => process.Identity is not null).Select(process =>
                known.TryGetValue(process.Identity!, out var recorded)
                    ? recorded with { IsReady = process.IsReady }
                    : new RecordedProcess(process.Name, process.Identity!, process.Address, process.LogFile, time.GetUtcNow(), process.Restarts, process.IsReady));
            Write(_state with { Processes = [.. processes] });
        }
    }

    private void Write(StackState state)
    {
        lock (_writing)
        {
            _state = state;
            _state.Write(checkout);
        }
    }
}
