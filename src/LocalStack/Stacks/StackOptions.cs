using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Services;

namespace Pylon.LocalStack.Stacks;

/// <summary>How a <see cref="RunningStack"/> is set up.</summary>
public sealed record StackOptions(Checkout Checkout, StackAddresses Addresses)
{
    /// <summary>Where its own servers keep their data.</summary>
    public string DataDirectory { get; init; } = Checkout.Data;

    /// <summary>Where each process has its log file.</summary>
    public string LogDirectory { get; init; } = Checkout.Logs;

    /// <summary>The build that the services run from.</summary>
    public string Configuration { get; init; } = "Release";

    /// <summary>True for a test's stack: its servers' data are deleted with it, and settings exported on the machine are ignored.</summary>
    public bool Throwaway { get; init; }

    /// <summary>The services to start.</summary>
    public IReadOnlyList<ServiceDefinition> Services { get; init; } = ServiceDefinition.All;

    /// <summary>Settings of every service, beside the addresses.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the progress; nobody by default.</summary>
    public IStackReporter Reporter { get; init; } = SilentReporter.Instance;
}
