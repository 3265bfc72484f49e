namespace Pylon.Forecasting.Planning.Requests;

/// <summary>What a sweep over the weights of carbon and price answers.</summary>
public abstract record ParetoResult
{
    private ParetoResult()
    {
    }

    /// <summary>Plans from the cheapest in GBP to the cheapest in grams.</summary>
    /// <param name="Points">Each with the range of weights for which it is best.</param>
    /// <param name="IsComplete">False when the sweep ended at its bound, so that plans between the points may be missing.</param>
    public sealed record Front(IReadOnlyList<ParetoPoint> Points, bool IsComplete) : ParetoResult;

    /// <summary>There is no plan; why is in the result, which is not <see cref="PlanResult.Planned"/>.</summary>
    public sealed record NoPlan(PlanResult Result) : ParetoResult;
}
