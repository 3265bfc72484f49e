using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Services;

namespace Pylon.LocalStack.Stacks;

/// <summary>What a <see cref="RunningStack"/> is made of.</summary>
public sealed record StackOptions(Checkout Checkout, string DataDirectory, string LogDirectory, StackAddresses Addresses)
{
    /// <summary>The build that the services are taken from.</summary>
    public string Configuration { get; init; } = "Release";

    /// <summary>True when the servers' data go with the stack.</summary>
    public bool Throwaway { get; init; }

    /// <summary>Which services, in the order of their start.</summary>
    public IReadOnlyList<ServiceDefinition> Services { get; init; } = ServiceDefinition.All;

    /// <summary>Settings on top of the addresses, for every service.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Told what happens; nobody by default.</summary>
    public IStackReporter Reporter { get; init; } = SilentReporter.Instance;
}
