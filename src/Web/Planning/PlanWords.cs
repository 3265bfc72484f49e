using Pylon.Orchestrator.V1;

namespace Pylon.Web.Planning;

/// <summary>Ways to run a job, and where its values come from, in words.</summary>
internal static class PlanWords
{
    public static string Of(PlanPolicy policy) => policy switch
    {
        PlanPolicy.StartNow => "Start at once",
        PlanPolicy.Consecutive => "In one piece",
        PlanPolicy.Interruptible => "In any pieces",
        PlanPolicy.Pieces => "In pieces of at least half its length",
        PlanPolicy.CarbonOnly => "Least carbon",
        PlanPolicy.PriceOnly => "Lowest price",
        PlanPolicy.Weighted => "Carbon and price together",
        PlanPolicy.Pareto => "Between carbon and price",
        _ => "Another way",
    };

    public static string Of(PlanValueKind kind) => kind switch
    {
        PlanValueKind.History => "measured",
        PlanValueKind.Published => "published forecast",
        PlanValueKind.Model => "Pylon's forecast",
        PlanValueKind.Synthetic => "synthetic",
        PlanValueKind.Filled => "filled with a straight line",
        PlanValueKind.Missing => "missing",
        _ => "given",
    };
}
