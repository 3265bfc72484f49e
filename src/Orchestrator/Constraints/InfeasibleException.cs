using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Constraints;

/// <summary>The constraints leave fewer than three options; a retry would not help.</summary>
internal sealed class InfeasibleException(Infeasibility infeasibility, string reason) : Exception(reason)
{
    public Infeasibility Infeasibility { get; } = infeasibility;
}
