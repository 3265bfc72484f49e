using System.Diagnostics.CodeAnalysis;
using Pylon.Rpc;

namespace Pylon.Insights.Simulation;

/// <summary>A result, or why there is none.</summary>
internal sealed record SimulationOutcome
{
    private SimulationOutcome(SimulationResult? result, Refusal? refusal) => (Result, Refusal) = (result, refusal);

    public SimulationResult? Result { get; }

    public Refusal? Refusal { get; }

    [MemberNotNullWhen(true, nameof(Result))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsResult => Result is not null;

    public static implicit operator SimulationOutcome(SimulationResult result) => new(result, null);

    public static implicit operator SimulationOutcome(Refusal refusal) => new(null, refusal);
}
