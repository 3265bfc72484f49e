using Pylon.Insights.Entities;
using Pylon.Insights.Factors;
using Pylon.Insights.Inputs;
using Pylon.Insights.Intensity;
using Pylon.Insights.Models;
using Pylon.Rpc;

namespace Pylon.Insights.Tests.Models;

/// <summary>Estimates of the built-in models.</summary>
internal static class Make
{
    public static readonly DateTimeOffset Start = new(2022, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Great Britain in the first six hours of 2022, gCO2/kWh.</summary>
    public static readonly decimal[] SixHours = [93.71m, 96.3m, 95.07m, 87.8m, 87.88m, 87.02m];

    public static EmissionModels Models { get; } = new(FactorBook.Shipped, new VehicleWords(FactorBook.Shipped));

    public static EstimateOutcome Outcome(string kind, Features features, string source = "reported", GridRate? rate = null, EmissionModels? models = null) =>
        (models ?? Models).Estimate(new EstimateRequest(kind, features, Start, null, rate is null ? null : 13, source), rate);

    public static Estimate Estimate(string kind, Features features, string source = "reported", GridRate? rate = null)
    {
        var outcome = Outcome(kind, features, source, rate);
        Assert.True(outcome.IsEstimate, outcome.Refusal?.Message);
        return outcome.Estimate;
    }

    public static decimal Freight(decimal tonnes, decimal km, string vehicle, string? boundary = null, bool? forcing = null) =>
        Estimate(EmissionKind.Logistics, new Features { LoadKg = tonnes * 1000, DistanceKm = km, VehicleType = vehicle, Boundary = boundary, RadiativeForcing = forcing }).Co2Kg;

    public static Refusal Refused(string kind, Features features)
    {
        var outcome = Outcome(kind, features);
        Assert.False(outcome.IsEstimate);
        return outcome.Refusal;
    }

    /// <summary>Of the hours, each with the same weight.</summary>
    public static GridRate Rate(params decimal[] grams) => new("ci:13", grams.Sum(), grams.Length, 0, IsSynthetic: false, "");
}
