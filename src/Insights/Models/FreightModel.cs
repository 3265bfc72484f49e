using Pylon.Insights.Factors;
using Pylon.Insights.Inputs;
using Pylon.Rpc;

namespace Pylon.Insights.Models;

/// <summary>
/// Freight: tonnes × km × factor of each leg and tonnes × factor of each hub; or, with a load_fraction, the kilometres of the
/// vehicles that carry it. Pure.
/// </summary>
internal sealed class FreightModel(FactorBook book, VehicleWords vehicles)
{
    private const int KgPerTonne = 1000;

    // Below it a vehicle carries nothing.
    private const decimal LeastLoad = 0.001m;

    private const string NotEmpty = "must be given with the word of a class, for example rigid_7_5_17t: a mix of a fleet and other vehicles have no load";

    public EstimateOutcome Estimate(EstimateRequest request)
    {
        var features = request.Features;
        var builder = new EstimateBuilder(request, book);
        if (features.Legs.Count == 0)
            return Single(builder, features);

        builder.Use(FeatureNames.Legs, "load_kg");
        var (sum, boundaries) = (0m, new List<string>());
        for (var at = 0; at < features.Legs.Count; at++)
        {
            if (AddLeg(builder, features.Legs[at], features, $"leg {at}", out var boundary, out var activity) is { } refusal)
                return At(refusal, $"{FeatureNames.Legs}[{at}]");
            sum += activity;
            if (boundary.Length > 0)
                boundaries.Add(boundary);
        }

        return Boundaries.Sum(boundaries) is { } whole ? builder.Build(whole, sum)
            : boundaries.Count == 0 ? builder.Build(Boundaries.Ttw, sum)
            : Boundaries.Mixed;
    }

    // One leg, one hub, or one leg and the hub that it goes through.
    private EstimateOutcome Single(EstimateBuilder builder, Features features)
    {
        if (features is not { Hub: { } hub, DistanceKm: not null })
            return AddLeg(builder, features, features, "distance", out var alone, out var done) ?? (EstimateOutcome)builder.Build(alone.Length > 0 ? alone : Boundaries.Ttw, done);
        var leg = features with { Hub = null };
        return AddLeg(builder, leg, leg, "distance", out var boundary, out var activity) ?? AddHub(builder, hub, features.LoadKg, "hub") ?? (EstimateOutcome)builder.Build(boundary, activity);
    }

    private static Refusal At(Refusal refusal, string path) => refusal.Violations.Count > 0
        ? Refusal.InvalidArgument([.. refusal.Violations.Select(violation => violation with { Field = $"{path}.{violation.Field}" })])
        : Refusal.FailedPrecondition(refusal.Reason, $"{path}: {refusal.Message}");

    // Null when the leg is in the builder. A hub has no boundary of its own.
    private Refusal? AddLeg(EstimateBuilder builder, Features leg, Features whole, string activityKey, out string boundary, out decimal tonneKm)
    {
        (boundary, tonneKm) = (leg.Boundary ?? whole.Boundary ?? Boundaries.Ttw, 0);
        builder.Use("boundary");
        var load = leg.LoadKg ?? whole.LoadKg;
        if (leg.Hub is { } hub)
        {
            boundary = "";
            return AddHub(builder, hub, load, activityKey);
        }

        if (boundary is not (Boundaries.Ttw or Boundaries.Wtw))
            return Refusal.InvalidArgument("boundary", "must be TTW or WTW");
        if (leg.DistanceKm is not > 0)
            return Refusal.InvalidArgument("distance_km", "must be more than 0");
        builder.Use("distance_km", "load_kg");
        if (leg.FactorId is { } id)
            return AddFactor(builder, id, leg.DistanceKm.Value, load, boundary, activityKey, ref tonneKm);
        if ((leg.VehicleType ?? whole.VehicleType) is not { } word)
            return Refusal.InvalidArgument("vehicle_type", $"must be given: one of {string.Join(", ", VehicleWords.All)}");
        var fuel = leg.FuelType ?? whole.FuelType;
        if (vehicles.Find(word, fuel, leg.RadiativeForcing ?? whole.RadiativeForcing ?? true, out var unknown) is not { } vehicle)
            return unknown;
        builder.Use("vehicle_type");
        FuelWords.Use(builder, word, fuel, vehicle);
        if (VehicleWords.IsFlight(word))
            builder.Use("radiative_forcing");
        foreach (var assumption in vehicle.Assumptions)
            builder.Assume(assumption);
        if (boundary == Boundaries.Wtw && vehicle.WellToTank is null)
            return Refusal.FailedPrecondition("FACTOR_UNKNOWN", $"boundary: WTW needs a well-to-tank factor, and none is shipped for {word}; truck and truck_diesel have one.");
        if ((leg.LoadFraction ?? whole.LoadFraction) is { } fraction)
            return AddLoaded(builder, vehicle, leg.DistanceKm.Value, load, fraction, leg.WholeTrips ?? whole.WholeTrips ?? false, boundary, activityKey, ref tonneKm);
        if (vehicle.TonneKm is null)
            return AddVehicleKm(builder, vehicle, leg.DistanceKm.Value, load, activityKey, ref tonneKm);
        if (load is not { } kg)
            return Refusal.InvalidArgument("load_kg", "must be given, 0 or more");
        tonneKm = kg / KgPerTonne * leg.DistanceKm.Value;
        builder.Add($"freight, {vehicle.TonneKm.Name}", vehicle.TonneKm, tonneKm, activityKey, vehicle.FactorPercent, vehicle.Quality);
        if (boundary == Boundaries.Wtw)
            builder.Add("freight, well to tank", vehicle.WellToTank!, tonneKm, activityKey, vehicle.FactorPercent, vehicle.Quality);
        return null;
    }

    private Refusal? AddHub(EstimateBuilder builder, string hub, decimal? load, string activityKey)
    {
        if (Hubs.Find(book, hub) is not { } factor)
            return Hubs.Unknown;
        if (load is not { } kg)
            return Refusal.InvalidArgument("load_kg", "must be given, 0 or more");
        builder.Use("hub", "load_kg");
        builder.Add($"hub, {factor.Name}", factor, kg / KgPerTonne, activityKey);
        return null;
    }

    private Refusal? AddFactor(EstimateBuilder builder, string id, decimal km, decimal? load, string boundary, string activityKey, ref decimal tonneKm)
    {
        if (!book.TryFind(id, out var factor) || factor.Boundary != Boundaries.Ttw || factor.Unit is not ("tonne.km" or "km"))
            return Refusal.InvalidArgument("factor_id", "must be the id of a factor for tonne.km or km with boundary TTW, as ListFactors has it");
        if (factor.Co2e is null)
            return Refusal.FailedPrecondition("FACTOR_BLANK", $"factor_id: {factor.Id} is empty in the published file, which is not 0.");
        if (boundary == Boundaries.Wtw)
            return Refusal.FailedPrecondition("FACTOR_UNKNOWN", "boundary: a factor_id is TTW alone.");
        if (load is null && factor.Unit == "tonne.km")
            return Refusal.InvalidArgument("load_kg", "must be given, 0 or more");
        builder.Use("factor_id");
        tonneKm = (load ?? 0) / KgPerTonne * km;
        builder.Add($"freight, {factor.Name}", factor, factor.Unit == "km" ? km : tonneKm, activityKey);
        return null;
    }

    private static Refusal? AddVehicleKm(EstimateBuilder builder, VehicleFactors vehicle, decimal km, decimal? load, string activityKey, ref decimal tonneKm)
    {
        tonneKm = (load ?? 0) / KgPerTonne * km;
        builder.Assume($"{vehicle.Km!.Name} has a factor for a kilometre only: the whole trip counts, whatever the load.");
        builder.Add($"freight, {vehicle.Km.Name}", vehicle.Km, km, activityKey, vehicle.FactorPercent, vehicle.Quality);
        return null;
    }

    // Trips of vehicles of one class with the same load. Without a mass it is one trip.
    private static Refusal? AddLoaded(
        EstimateBuilder builder, VehicleFactors vehicle, decimal km, decimal? load, decimal fraction, bool isWhole, string boundary, string activityKey, ref decimal tonneKm)
    {
        if (vehicle.Class is not { IsMix: false } found)
            return Refusal.InvalidArgument("load_fraction", NotEmpty);
        if (boundary == Boundaries.Wtw)
            return Refusal.FailedPrecondition("FACTOR_UNKNOWN", "boundary: no well-to-tank factor for a kilometre is shipped.");
        if (load > 0 && fraction < LeastLoad)
            return Refusal.InvalidArgument("load_fraction", $"must be {LeastLoad} or more when there is a load_kg");
        builder.Use("load_fraction", "whole_trips");
        var trips = load is { } kg ? fraction == 0 ? 0 : kg / KgPerTonne / (found.PayloadTonnes * fraction) : 1;
        trips = isWhole ? Math.Ceiling(trips) : trips;
        tonneKm = load is { } mass ? mass / KgPerTonne * km : found.PayloadTonnes * fraction * km;
        if (load is not null)
            builder.Assume($"{Math.Round(trips, 4)} trips, each with {Math.Round(100 * fraction, 2)} % of a payload of {Math.Round(found.PayloadTonnes, 4)} t.");
        var factor = found.Average with
        {
            Id = fraction == found.AverageLoad ? found.Average.Id : $"{found.Empty.Id}+({found.Full.Id}-{found.Empty.Id})*{Math.Round(fraction, 6):0.######}",
            Co2e = found.KmFactor(fraction),
        };
        builder.Add($"freight, {found.Name}, {Math.Round(100 * fraction, 2):0.##} % laden", factor, trips * km, activityKey, vehicle.FactorPercent, vehicle.Quality);
        return null;
    }
}
