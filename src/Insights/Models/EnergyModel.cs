using Pylon.Insights.Factors;
using Pylon.Insights.Inputs;
using Pylon.Insights.Intensity;
using Pylon.Rpc;

namespace Pylon.Insights.Models;

/// <summary>Factories, warehouses and compute: electricity, fuels, and the freight through a warehouse. Pure.</summary>
internal sealed class EnergyModel(FactorBook book)
{
    private const decimal DaysOfYear = 365;

    /// <param name="request">Of any of these kinds.</param>
    /// <param name="rate">Of the period; null for the annual factor.</param>
    public EstimateOutcome Factory(EstimateRequest request, GridRate? rate)
    {
        var features = request.Features;
        if (features.ShiftHours is 0)
            return Refusal.InvalidArgument("shift_hours", "must be more than 0");
        var hasFuel = features.GasKwh > 0 || features.DieselLitres > 0 || features.PetrolLitres > 0;
        if (features.EnergyKwh is not > 0 && !hasFuel)
            return Refusal.InvalidArgument("energy_kwh", "must be more than 0");
        var builder = new EstimateBuilder(request, book);
        builder.Use("energy_kwh");
        if (request.End is null && features.ShiftHours is not null && request.RegionId is not null)
            builder.Use("shift_hours");
        return Build(builder, request, features.EnergyKwh ?? 0, rate);
    }

    /// <summary>Of IT energy times PUE.</summary>
    public EstimateOutcome Compute(EstimateRequest request, GridRate? rate)
    {
        var features = request.Features;
        if (features.EnergyKwh is not { } kwh || kwh <= 0)
            return Refusal.InvalidArgument("energy_kwh", "must be more than 0: the energy of the IT");
        var builder = new EstimateBuilder(request, book);
        builder.Use("energy_kwh", "pue");
        if (features.Pue is null)
            builder.Assume("pue is not given: 1 is taken.");
        return Build(builder, request, kwh * (features.Pue ?? 1), rate);
    }

    /// <summary>energy_kwh 0 means that it is not known: then the floor area says it.</summary>
    public EstimateOutcome Warehouse(EstimateRequest request, GridRate? rate)
    {
        var features = request.Features;
        var builder = new EstimateBuilder(request, book);
        builder.Use("energy_kwh");
        var kwh = features.EnergyKwh ?? 0;
        if (kwh == 0 && features.FloorAreaM2 is { } area)
        {
            if (features.EnergyKwhM2Year is not { } intensity || features.Days is not { } days)
                return Refusal.InvalidArgument("floor_area_m2", "must be given with energy_kwh_m2_year and days");
            builder.Use("floor_area_m2", "energy_kwh_m2_year", "days");
            builder.Assume($"energy_kwh is not known: {area} m2 × {intensity} kWh/m2 a year × {days} of 365 days is taken.");
            kwh = area * intensity * days / DaysOfYear;
            if (kwh > FeatureNames.Most)
                return Refusal.InvalidArgument("floor_area_m2", $"must give at most {FeatureNames.Most} kWh");
        }

        if (kwh == 0 && features.HubTonnes is null)
            return Refusal.InvalidArgument("energy_kwh", "must be known (0 means that it is not), or floor_area_m2 with energy_kwh_m2_year and days, or hub_tonnes with hub be given");
        if (features.HubTonnes is { } tonnes)
        {
            if (features.Hub is null || Hubs.Find(book, features.Hub) is not { } hub)
                return Hubs.Unknown;
            builder.Use("hub", "hub_tonnes");
            builder.Add($"hub, {hub.Name}", hub, tonnes, "throughput");
        }

        return Build(builder, request, kwh, rate);
    }

    private EstimateOutcome Build(EstimateBuilder builder, EstimateRequest request, decimal kwh, GridRate? rate)
    {
        var features = request.Features;
        builder.Use("boundary", "gas_kwh", "diesel_litres", "petrol_litres");
        var boundary = features.Boundary ?? Boundaries.Generation;
        var fuels = Fuels(features).Where(fuel => fuel.Amount > 0).ToList();
        // Fuel is burnt where it is; TTW asks for nothing else of electricity than its generation.
        if (boundary == Boundaries.Ttw)
            boundary = Boundaries.Generation;
        if (boundary is not (Boundaries.Generation or Boundaries.GenerationTd or Boundaries.Wtw))
            return Refusal.InvalidArgument("boundary", "must be GENERATION, GENERATION_TD, TTW or WTW");
        if (boundary == Boundaries.Wtw && fuels.Count > 0)
            return Refusal.FailedPrecondition("FACTOR_UNKNOWN", "boundary: WTW needs the well-to-tank factors of fuels, and none is shipped.");
        // What is used, wherever it comes from.
        var activity = kwh + (features.GasKwh ?? 0);
        if (features.SelfGenerationShare is { } share)
        {
            builder.Use("self_generation_share");
            builder.Assume("Electricity of its own generation counts 0: location-based. A contract does not change that.");
            kwh *= 1 - share;
        }

        List<string> parts = [];
        if (kwh > 0 || features.EnergyKwh > 0)
        {
            builder.AddElectricity(kwh, rate, boundary);
            parts.Add(boundary);
        }

        foreach (var (what, id, amount) in fuels)
        {
            builder.Add(what, book[id], amount, what);
            parts.Add(Boundaries.Ttw);
        }

        return Boundaries.Sum(parts) is { } sum ? builder.Build(sum, activity)
            : parts.Count == 0 ? builder.Build(Boundaries.Ttw, activity)
            : Boundaries.Mixed;
    }

    private static (string What, string Id, decimal Amount)[] Fuels(Features features) =>
    [
        ("natural gas", FactorIds.Gas, features.GasKwh ?? 0),
        ("diesel", FactorIds.Diesel, features.DieselLitres ?? 0),
        ("petrol", FactorIds.Petrol, features.PetrolLitres ?? 0),
    ];
}
