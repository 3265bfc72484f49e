using System.Diagnostics.CodeAnalysis;
using Pylon.Rpc;

namespace Pylon.Insights.Models;

/// <summary>An estimate, or why there is none.</summary>
internal sealed record EstimateOutcome
{
    private EstimateOutcome(Estimate? estimate, Refusal? refusal) => (Estimate, Refusal) = (estimate, refusal);

    public Estimate? Estimate { get; }

    public Refusal? Refusal { get; }

    [MemberNotNullWhen(true, nameof(Estimate))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsEstimate => Estimate is not null;

    public static implicit operator EstimateOutcome(Estimate estimate) => new(estimate, null);

    public static implicit operator EstimateOutcome(Refusal refusal) => new(null, refusal);
}
