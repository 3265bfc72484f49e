using System.Text.Json;
using System.Text.Json.Serialization;
using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Stacks;

/// <summary>How far the stack of a checkout is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StackPhase>))]
public enum StackPhase
{
    Stopped,
    Starting,
    Ready,
    Stopping,
}

/// <summary>A process as the supervisor knew it last.</summary>
public sealed record RecordedProcess(string Name, ProcessIdentity Identity, string Address, string Log, DateTimeOffset Since, int Restarts);

/// <summary>What is known of the stack of a checkout, kept in <c>.pylon/state.json</c> for the other commands and the next run.</summary>
public sealed record StackState
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public StackPhase Phase { get; init; }

    public ProcessIdentity? Supervisor { get; init; }

    public IReadOnlyDictionary<string, int> Ports { get; init; } = new Dictionary<string, int>();

    public IReadOnlyList<RecordedProcess> Processes { get; init; } = [];

    public bool IsSupervised => Supervisor?.IsAlive == true;

    public static StackState Read(Checkout checkout)
    {
        try
        {
            return File.Exists(checkout.StateFile)
                ? JsonSerializer.Deserialize<StackState>(File.ReadAllText(checkout.StateFile), Json) ?? new StackState()
                : new StackState();
        }
        catch (JsonException)
        {
            // Only ever replaced as a whole; but a disk may have been full. Without it we start from nothing.
            return new StackState();
        }
    }

    public void Write(Checkout checkout)
    {
        var next = checkout.StateFile + ".next";
        File.WriteAllText(next, JsonSerializer.Serialize(this, Json));
        File.Move(next, checkout.StateFile, overwrite: true);
    }

    /// <summary>Ends what a supervisor that was killed has left, and nothing else: ids are matched with their start.</summary>
    public async Task EndLeftoversAsync(Action<string> report, CancellationToken cancellationToken)
    {
        foreach (var process in Processes.Reverse().Where(process => process.Identity.IsAlive))
        {
            report($"ending {process.Name} (pid {process.Identity.Pid}), left behind by a run that was killed");
            var ask = process.Name == StackAddresses.PostgresKey ? Signal.Interrupt : Signal.Terminate;
            await process.Identity.EndAsync(ask, TimeSpan.FromSeconds(10), cancellationToken);
        }
    }
}
