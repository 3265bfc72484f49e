namespace Pylon.Insights.Models;

/// <summary>Estimates on the wire.</summary>
internal static class EstimateMapping
{
    /// <param name="estimate">Of a model.</param>
    /// <param name="unknown">Names among the inputs that nobody knows.</param>
    public static V1.Estimate ToProto(this Estimate estimate, IEnumerable<string>? unknown = null)
    {
        var message = new V1.Estimate
        {
            Co2Kg = (double)estimate.Co2Kg,
            Boundary = estimate.Boundary,
            FactorSet = estimate.FactorSet,
            ModelVersion = estimate.ModelVersion,
            Engine = estimate.Engine,
            FallbackReason = estimate.FallbackReason,
            Confidence = (double)estimate.Confidence,
            LowKg = (double)estimate.LowKg,
            HighKg = (double)estimate.HighKg,
        };
        message.Lines.AddRange(estimate.Lines.Select(line => new V1.EstimateLine
        {
            What = line.What,
            FactorId = line.FactorId,
            Factor = (double)line.Factor,
            Unit = line.Unit,
            Amount = (double)line.Amount,
            Co2Kg = (double)line.Co2Kg,
        }));
        message.Assumptions.AddRange(estimate.Assumptions);
        message.UnusedInputs.AddRange(estimate.UnusedInputs);
        message.Allocations.AddRange(estimate.Allocations.Select(share => new V1.Allocation { Of = share.Of, By = share.By, Co2Kg = (double)share.Co2Kg }));
        message.UnknownInputs.AddRange(unknown ?? []);
        return message;
    }
}
