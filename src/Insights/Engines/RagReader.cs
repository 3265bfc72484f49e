using System.Text.Json;

namespace Pylon.Insights.Engines;

/// <summary>Reads the advice of a RAG service. Its texts become plain and short, its numbers what can be true. Pure.</summary>
internal static class RagReader
{
    private const int MostActions = 10;
    private const int LongestCause = 500;
    private const int LongestTitle = 60;
    private const int LongestDescription = 200;
    private const int LongestCostImpact = 50;

    /// <summary>Null when no action of it can be used; <paramref name="refusals"/> says what was wrong, the last one with the whole.</summary>
    public static RagAnswer.Advice? Read(JsonElement body, decimal actualKg, out IReadOnlyList<EngineRefusal> refusals)
    {
        var found = new List<EngineRefusal>();
        refusals = found;
        var given = EngineJson.Get(body, "actions");
        if (given.ValueKind != JsonValueKind.Array)
        {
            found.Add(new EngineRefusal("shape", "its actions are not an array"));
            return null;
        }

        var actions = new List<RagAction>();
        foreach (var each in given.EnumerateArray().Take(MostActions))
        {
            if (ActionOf(each, actualKg, out var refusal) is { } action)
                actions.Add(action);
            else
                found.Add(refusal!);
        }

        if (actions.Count > 0)
            return new RagAnswer.Advice(PlainText.Of(EngineJson.Text(EngineJson.Get(body, "root_cause")), LongestCause), actions);
        found.Add(new EngineRefusal("no_actions", found.Count > 0 ? $"none of its actions can be used, the last one because {found[^1].Reason}" : "it gives no actions"));
        return null;
    }

    private static RagAction? ActionOf(JsonElement given, decimal actualKg, out EngineRefusal? refusal)
    {
        refusal = null;
        if (given.ValueKind != JsonValueKind.Object)
        {
            refusal = new EngineRefusal("shape", "an action is not an object");
            return null;
        }

        var title = PlainText.Of(EngineJson.Text(EngineJson.Get(given, "title")), LongestTitle);
        if (title.Length == 0)
            refusal = new EngineRefusal("title", "an action has no title");
        var claimed = refusal is null ? EngineJson.Number(EngineJson.Get(given, "co2_reduction"), "co2_reduction", double.MinValue, double.MaxValue, out refusal) : null;
        var feasibility = refusal is null ? EngineJson.Number(EngineJson.Get(given, "feasibility"), "feasibility", 0, 10, out refusal) : null;
        var said = EngineJson.Get(given, "confidence");
        var confidence = refusal is null && said.ValueKind != JsonValueKind.Undefined ? EngineJson.Number(said, "confidence", 0, 1, out refusal) : null;
        if (refusal is not null)
            return null;
        return new RagAction(
            title,
            PlainText.Of(EngineJson.Text(EngineJson.Get(given, "description")), LongestDescription),
            Math.Clamp(claimed!.Value, 0, actualKg),
            CostImpactOf(EngineJson.Get(given, "cost_impact")),
            Math.Clamp((int)Math.Round(feasibility!.Value, MidpointRounding.AwayFromZero), 1, 10),
            confidence);
    }

    private static string CostImpactOf(JsonElement given) =>
        PlainText.Of(given.ValueKind == JsonValueKind.Number ? given.GetRawText() : EngineJson.Text(given), LongestCostImpact);
}
