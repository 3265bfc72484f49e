namespace Pylon.Insights.Models;

/// <summary>One term of an estimate: amount times factor.</summary>
/// <param name="What">For example "road freight" or "electricity, T&amp;D".</param>
/// <param name="FactorId">For example 27_304_3132_14_1; of timed electricity ci:&lt;region_id&gt;.</param>
/// <param name="Factor">kg CO2e for each unit.</param>
/// <param name="Unit">tonne.km, km, kWh, litre or tonne.</param>
/// <param name="Amount">In the unit.</param>
/// <param name="Co2Kg">kg CO2e.</param>
internal sealed record EstimateLine(string What, string FactorId, decimal Factor, string Unit, decimal Amount, decimal Co2Kg)
{
    /// <summary>Which activity it counts; lines of one activity share its error, for example T&amp;D and generation of the same kWh.</summary>
    public string ActivityKey { get; init; } = "";

    /// <summary>The uncertainty of the amount, per cent.</summary>
    public decimal ActivityPercent { get; init; }

    /// <summary>The uncertainty of the factor, per cent.</summary>
    public decimal FactorPercent { get; init; }

    /// <summary>0 to 1: the quality of its inputs.</summary>
    public decimal Quality { get; init; } = 1;
}
