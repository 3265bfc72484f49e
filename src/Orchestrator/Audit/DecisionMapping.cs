using Google.Protobuf.WellKnownTypes;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Audit;

/// <summary>Rows of the log as messages of the contract.</summary>
internal static class DecisionMapping
{
    public static OrchestrationDecision ToProto(DecisionRow row)
    {
        var decision = new OrchestrationDecision
        {
            Id = row.Id.ToString(),
            DecisionId = row.DecisionId,
            DecisionType = DecisionTypes.Parse(row.DecisionType),
            AgentId = row.AgentId?.ToString() ?? "",
            WorkloadId = row.WorkloadId?.ToString() ?? "",
            SourceDcId = row.SourceDcId?.ToString() ?? "",
            TargetDcId = row.TargetDcId?.ToString() ?? "",
            Reasoning = row.Reasoning,
            ConstraintsEvaluated = row.ConstraintsEvaluated,
            AlternativesConsidered = row.AlternativesConsidered,
            DecidedAt = row.DecidedAt.ToTimestamp(),
            ContextId = row.ContextId?.ToString() ?? "",
        };
        if (row.InputCarbonIntensity is { } intensity)
            decision.InputCarbonIntensity = intensity;
        if (row.InputGridStress is { } stress)
            decision.InputGridStress = stress;
        if (row.InputPriceGbpMwh is { } price)
            decision.InputPriceGbpMwh = price;
        if (row.CarbonSavedGco2 is { } carbon)
            decision.CarbonSavedGco2 = carbon;
        if (row.CostSavedGbp is { } cost)
            decision.CostSavedGbp = cost;
        if (row.FlexibilityContributionMw is { } flexibility)
            decision.FlexibilityContributionMw = flexibility;
        return decision;
    }
}
