using System.Text.Json;
using System.Text.Json.Nodes;
using Pylon.Orchestrator.Audit;
using Pylon.Orchestrator.Contexts;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Decisions;

/// <summary>A context, its output, and the decisions that are logged with them. Pure.</summary>
internal sealed record Proposal(ContextDocument Context, LlmOutput Output)
{
    /// <summary>Its decisions: the choice, and before it the failure of the model, if it failed.</summary>
    public IEnumerable<NewDecision> Decisions()
    {
        if (Output.Metadata.LlmError is { } error)
            yield return Decision(DecisionType.LlmProcessingFailed, $"The language model was not heard, and the scores of {Output.Metadata.Engine} stand: {error}");
        var best = Context.DataCentres.FirstOrDefault(c => c.DcId == Output.Best?.DcId);
        var source = best?.Id == Context.Task.HostDcId ? null : Context.Task.HostDcId;
        yield return Decision(DecisionType.LlmDcSelection, Reasoning()) with
        {
            Alternatives = Alternatives(),
            TargetDcId = best?.Id,
            SourceDcId = best is null ? null : source,
            CarbonSavedGco2 = Saved(source, best),
        };
    }

    /// <summary>What is logged when there is no context.</summary>
    public static NewDecision Failure(Guid workloadId, string reason) =>
        new(DecisionType.LlmProcessingFailed, workloadId, $"There is no decision context for the workload: {reason}");

    private NewDecision Decision(DecisionType type, string reasoning) => new(type, Context.Task.WorkloadId, reasoning)
    {
        ContextId = Context.Id,
        CarbonIntensity = Context.Summary.CurrentNationalCarbon,
        GridStress = Context.Summary.CurrentGridStress,
        PriceGbpMwh = Context.Summary.CurrentPriceGbpMwh,
        Constraints = new JsonObject
        {
            ["urgency"] = Context.Task.Urgency,
            ["carbon_cap_gco2"] = Context.Task.CarbonCapGco2,
            ["max_total_gco2"] = Context.Task.MaxTotalGco2,
            ["max_price_gbp"] = Context.Task.MaxPriceGbp,
            ["deadline"] = Context.Task.Deadline?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
        },
    };

    private string Reasoning()
    {
        if (Output.Best is not { } best)
            return Output.Metadata.Message ?? "No data centre keeps all limits of the workload.";
        var able = Output.DataCentreOptions.Count(o => o.ComputeProfile.AvailableForTask);
        var carbon = best.EnergyProfile.CurrentCarbonIntensityGco2 is { } intensity ? $"{intensity:0.#} gCO2/kWh" : "an unknown carbon intensity";
        var text = $"{best.Name} ({best.DcId}) is proposed with {best.SuitabilityScore} of 100 points at {carbon}; {able} of {Output.DataCentreOptions.Count} data centres keep all limits of the workload.";
        if (best.Missing.Count > 0)
            text += $" Not known and not counted: {string.Join(", ", best.Missing)}.";
        return best.Comment is { } comment ? $"{text} {Output.Metadata.Model} says: {comment}" : text;
    }

    private JsonArray Alternatives() => [.. Output.DataCentreOptions.OrderBy(o => o.Rank).Select(o => (JsonNode)new JsonObject
    {
        ["dc_id"] = o.DcId,
        ["name"] = o.Name,
        ["rank"] = o.Rank,
        ["suitability_score"] = o.SuitabilityScore,
        ["available_for_task"] = o.ComputeProfile.AvailableForTask,
        ["carbon_intensity"] = o.EnergyProfile.CurrentCarbonIntensityGco2,
        ["broken_constraints"] = JsonSerializer.SerializeToNode(o.BrokenConstraints, ContextDocument.Json),
    })];

    // Known only for work that is at a data centre already, and for an energy that was given.
    private double? Saved(Guid? source, ContextDataCentre? target)
    {
        var from = Context.DataCentres.FirstOrDefault(c => c.Id == source);
        return Context.Task.EstimatedEnergyKwh * (from?.CurrentCarbonIntensity - target?.CurrentCarbonIntensity);
    }
}
