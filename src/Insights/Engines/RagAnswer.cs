namespace Pylon.Insights.Engines;

/// <summary>What the external RAG service advises, or why there is no advice of it that can be used.</summary>
internal abstract record RagAnswer
{
    private RagAnswer()
    {
    }

    /// <param name="RootCause">Plain text, at most 500 characters; may be empty.</param>
    /// <param name="Actions">One at least, ten at most, in the order of the service.</param>
    public sealed record Advice(string RootCause, IReadOnlyList<RagAction> Actions) : RagAnswer;

    /// <summary>The built-in playbook answers.</summary>
    /// <param name="Reason">Why, in words for the caller.</param>
    public sealed record Fallback(string Reason) : RagAnswer;
}

/// <summary>One action that the RAG service advises. Its texts are plain: no control characters and no markup.</summary>
/// <param name="Title">1 to 60 characters.</param>
/// <param name="Description">At most 200 characters.</param>
/// <param name="ClaimedKg">kg CO2e that the service claims it saves, 0 to what was predicted.</param>
/// <param name="CostImpact">In the service's words, for example "+3%", at most 50 characters.</param>
/// <param name="Feasibility">1 to 10.</param>
/// <param name="Confidence">0 to 1; null when the service gives none.</param>
internal sealed record RagAction(string Title, string Description, decimal ClaimedKg, string CostImpact, int Feasibility, decimal? Confidence);
