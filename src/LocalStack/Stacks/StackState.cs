using System.Text.Json.Serialization;
using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Stacks;

/// <summary>The state of the stack of a checkout.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StackPhase>))]
public enum StackPhase
{
    Stopped,
    Starting,
    Ready,
    Stopping,
}

/// <summary>A process as the supervisor last saw it; <paramref name="IsReady"/> once it has answered.</summary>
public sealed record RecordedProcess(string Name, ProcessIdentity Identity, string Address, string Log, DateTimeOffset Since, int Restarts, bool IsReady);

/// <summary>The stack of a checkout, kept in <c>.pylon/state.json</c> for the other commands and the next run.</summary>
public sealed record StackState
{
    /// <summary>What it does.</summary>
    public StackPhase Phase { get; init; }

    /// <summary>The process of <c>pylon up</c>.</summary>
    public ProcessIdentity? Supervisor { get; init; }

    /// <summary>Port by name.</summary>
    public IReadOnlyDictionary<string, int> Ports { get; init; } = new Dictionary<string, int>();

    /// <summary>Its processes, in the order of their start.</summary>
    public IReadOnlyList<RecordedProcess> Processes { get; init; } = [];

    /// <summary>True while <c>pylon up</c> runs.</summary>
    public bool IsSupervised => Supervisor?.IsAlive == true;

    /// <summary>The state in the file; an empty one without a file.</summary>
    public static StackState Read(Checkout checkout) => JsonFile.Read<StackState>(checkout.StateFile) ?? new StackState();

    /// <summary>Replaces the file.</summary>
    public void Write(Checkout checkout) => JsonFile.Write(checkout.StateFile, this);

    /// <summary>Ends the processes that a killed supervisor left behind.</summary>
    public async Task EndLeftoversAsync(Action<string> report, CancellationToken cancellationToken)
    {
        foreach (var process in Processes.Reverse().Where(process => process.Identity.IsAlive))
        {
            report($"ending {process.Name} (pid {process.Identity.Pid}), which a killed run left behind");
            var ask = process.Name == StackAddresses.PostgresKey ? Signal.Interrupt : Signal.Terminate;
            await process.Identity.EndAsync(ask, TimeSpan.FromSeconds(10), cancellationToken);
        }
    }
}
