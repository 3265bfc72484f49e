using Pylon.Insights.Factors;
using Pylon.Insights.Inputs;
using Pylon.Rpc;

namespace Pylon.Insights.Models;

/// <summary>A delivery round: km × factor; shares of drops and of a parcel where they are asked for. Pure.</summary>
internal sealed class DeliveryModel(FactorBook book, VehicleWords vehicles)
{
    public EstimateOutcome Estimate(EstimateRequest request)
    {
        var features = request.Features;
        if (features.RouteLength is not { } km || km <= 0)
            return Refusal.InvalidArgument("route_length", "must be more than 0");
        if (features.Boundary is not (null or Boundaries.Ttw))
            return Refusal.InvalidArgument("boundary", "must be TTW: no well-to-tank factor for a kilometre is shipped");
        if (Find(features, out var factor, out var vehicle) is { } refusal)
            return refusal;
        var builder = new EstimateBuilder(request, book);
        builder.Use("route_length", "boundary");
        if (vehicle is null)
        {
            builder.Use("factor_id");
        }
        else
        {
            builder.Use("vehicle_type");
            FuelWords.Use(builder, features.VehicleType!, features.FuelType, vehicle);
            foreach (var assumption in vehicle.Assumptions)
                builder.Assume(assumption);
        }

        if (features.ParcelKg > features.LoadKg)
            return Refusal.InvalidArgument("parcel_kg", "must be at most the load_kg of the round");
        builder.Add($"delivery round, {factor!.Name}", factor, km, "distance", vehicle?.FactorPercent, vehicle?.Quality ?? 1);
        return Share(features, builder, builder.Build(Boundaries.Ttw, km), km);
    }

    private Refusal? Find(Features features, out Factor? factor, out VehicleFactors? vehicle)
    {
        (factor, vehicle) = (null, null);
        if (features.FactorId is { } id)
        {
            if (!book.TryFind(id, out factor) || factor is not { Unit: "km", Boundary: Boundaries.Ttw })
                return Refusal.InvalidArgument("factor_id", "must be the id of a factor for km with boundary TTW, as ListFactors has it");
            return factor.Co2e is null
                ? Refusal.FailedPrecondition("FACTOR_BLANK", $"factor_id: {factor.Id} is empty in the published file, which is not 0.")
                : null;
        }

        if (features.VehicleType is not { } word)
            return Refusal.InvalidArgument("vehicle_type", $"must be given: one of {string.Join(", ", VehicleWords.All)}");
        vehicle = vehicles.Find(word, features.FuelType, hasForcing: true, out var unknown);
        factor = vehicle?.Km;
        return vehicle is null ? unknown
            : factor is null ? Refusal.FailedPrecondition("FACTOR_UNKNOWN", $"vehicle_type: {word} has no factor for a kilometre.")
            : null;
    }

    // A parcel's share is by mass where the mass of the round is known, else that of a drop.
    private static Estimate Share(Features features, EstimateBuilder builder, Estimate estimate, decimal km)
    {
        var allocations = new List<Allocation>();
        var drops = features.DeliveryCount ?? 1;
        if (features.DeliveryCount >= 1)
        {
            builder.Use("delivery_count");
            allocations.Add(new Allocation("drop", "count", estimate.Co2Kg / drops));
        }

        if (features.ParcelKg is { } parcel)
        {
            builder.Use("parcel_kg");
            if (features.LoadKg is { } load && load > 0)
            {
                builder.Use("load_kg");
                allocations.Add(new Allocation("parcel", "mass", estimate.Co2Kg * parcel / load));
            }
            else
            {
                builder.Assume("The mass of the round (load_kg) is not given: a parcel has the share of a drop; without delivery_count there is one drop.");
                allocations.Add(new Allocation("parcel", "count", estimate.Co2Kg / Math.Max(1, drops)));
            }
        }

        return allocations.Count == 0 ? estimate : builder.Build(Boundaries.Ttw, km, allocations);
    }
}
