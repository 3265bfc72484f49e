using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Planning.Solving;

/// <summary>What a request must be like.</summary>
internal static class RequestRules
{
    private const decimal MostAmount = 1_000_000_000_000m;
    private const decimal MostPounds = 1_000_000_000m;
    private const int MostBlackouts = 1_000;
    private const long MostCarbonPrice = 100_000_000;
    private const long ScaledMaxCarbon = (long)SeriesScale.MaxCarbon * SeriesScale.Carbon;
    private const long ScaledMaxPrice = (long)SeriesScale.MaxPrice * SeriesScale.Price;

    // The search for pieces takes a byte and some 20 ns for each of these; under limits on sums it is repeated.
    private const long MostStates = 20_000_000;
    private const long MostStatesUnderLimits = 2_000_000;

    public static PlanRefusal? Check(PlanRequest request) =>
        CheckZones(request) ?? CheckJob(request) ?? CheckPieces(request) ?? CheckPower(request) ?? CheckObjective(request.Objective) ?? CheckLimits(request.Limits) ?? CheckSteps(request);

    private static PlanRefusal? CheckZones(PlanRequest request)
    {
        if (request.Zones.Count is 0 or > PlanRequest.MaxZones)
            return PlanRefusal.Invalid("zones", $"must be 1 to {PlanRequest.MaxZones} zones");
        if (request.Zones.GroupBy(zone => zone.Id, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } repeated)
            return PlanRefusal.Invalid("zones", $"must have different ids, but {repeated.Key} is repeated");
        var first = request.Zones[0].Carbon;
        var needsPrice = request.NeedsPrice();
        for (var n = 0; n < request.Zones.Count; n++)
        {
            var zone = request.Zones[n];
            if (zone.PueThousandths is < 1_000 or > 10_000)
                return PlanRefusal.Invalid($"zones[{n}].pue", "must be 1 to 10");
            if (needsPrice && zone.Price is null)
                return PlanRefusal.Invalid($"zones[{n}].price", "is needed for an objective or a limit on price");
            if (new[] { zone.Carbon, zone.Price }.OfType<PlanSeries>().Any(series => series.Start != first.Start || series.Step != first.Step))
                return PlanRefusal.Invalid($"zones[{n}]", "must have series with the same start and step as the first zone");
        }

        return null;
    }

    private static PlanRefusal? CheckJob(PlanRequest request)
    {
        if (request.Zones.Select(zone => zone.Carbon.Check(new WindowQuery(request.Arrival, request.Duration, request.Slack ?? 0))).OfType<PlanRefusal>().FirstOrDefault() is { } refusal)
            return refusal;
        if (request.Steps() - request.Arrival is var left && left < request.Duration)
            return PlanRefusal.TooShort(left, request.Duration);
        return request.RunnersUp < 0 ? PlanRefusal.Invalid("runners_up", "must be 0 or more") : null;
    }

    private static PlanRefusal? CheckPieces(PlanRequest request)
    {
        if (request.MinPiece < 1 || request.MinPiece > request.Duration)
            return PlanRefusal.Invalid("min_piece", "must be from 1 to the duration");
        if (request.MaxRestarts < 0)
            return PlanRefusal.Invalid("max_restarts", "must be 0 or more");
        if (request.RestartJoules is < 0 or > PowerProfile.MaxJoules)
            return PlanRefusal.Invalid("restart_energy", $"must be 0 to {PowerProfile.MaxJoules} J");
        if (request.Shape == PlanShape.Consecutive && (request.MinPiece, request.MaxRestarts, request.RestartJoules) is not (1, null, 0))
            return PlanRefusal.Invalid("min_piece", "and restarts are for interruptible jobs only");
        if (!Enum.IsDefined(request.Shape))
            return PlanRefusal.Invalid("shape", "must be Consecutive or Interruptible");
        return PieceSolver.IsNeeded(request) ? CheckStates(request) : null;
    }

    private static PlanRefusal? CheckStates(PlanRequest request)
    {
        var isLimited = request.Limits is not { MaxMeanCarbon: null, MaxTotalCarbon: null, MaxPrice: null };
        var most = isLimited ? MostStatesUnderLimits : MostStates;
        return PieceSolver.States(request, SearchWindow.Of(request).Length) * request.Zones.Count > most
            ? PlanRefusal.Invalid("duration", $"or the window or the zones must be fewer for pieces, restarts or a profile with interruptions: duration × window × zones × (restarts + 1) must be at most {most}")
            : null;
    }

    private static PlanRefusal? CheckPower(PlanRequest request)
    {
        if (request.Power.Pieces.Any(piece => piece.Steps < 1 || piece.JoulesPerStep is < 0 or > PowerProfile.MaxJoules))
            return PlanRefusal.Invalid("power", $"must be pieces of 1 step or more with 0 to {PowerProfile.MaxJoules} J a step");
        if (request.Power.Pieces.Sum(piece => (long)piece.Steps) != request.Duration)
            return PlanRefusal.Invalid("power", "must have as many steps as the duration");
        return request.Power.Joules == 0 ? PlanRefusal.Invalid("power", "must not be 0 in every step") : null;
    }

    private static PlanRefusal? CheckObjective(PlanObjective objective) => objective switch
    {
        PlanObjective.Weighted { CarbonWeight: < 0 or > 1_000_000 } => PlanRefusal.Invalid("objective.carbon_weight", "must be 0 to 1"),
        PlanObjective.Money { CarbonPricePence: < 0 or > MostCarbonPrice } => PlanRefusal.Invalid("objective.carbon_price", $"must be 0 to {MostCarbonPrice / 100} GBP/t"),
        _ => null,
    };

    private static PlanRefusal? CheckLimits(PlanLimits limits)
    {
        if (limits.EarliestStart < 0)
            return PlanRefusal.Invalid("earliest_start", "must be 0 or more");
        if (limits.Deadline < 0)
            return PlanRefusal.Invalid("deadline", "must be 0 or more");
        if (limits.MaxDelay < 0)
            return PlanRefusal.Invalid("max_delay", "must be 0 or more");
        if (limits.MinSaving is < 0 or > 100)
            return PlanRefusal.Invalid("min_saving_pct", "must be 0 to 100");
        if (limits.Blackouts.Count > MostBlackouts)
            return PlanRefusal.Invalid("blackouts", $"must be {MostBlackouts} at most");
        if (limits.Blackouts.Any(blackout => blackout.From >= blackout.To))
            return PlanRefusal.Invalid("blackouts", "must end after they start");
        return CheckAmount(limits.MaxMeanCarbon, MostAmount, "max_mean_g") ?? CheckAmount(limits.CarbonCap, MostAmount, "carbon_cap_gco2")
            ?? CheckAmount(limits.MaxTotalCarbon, MostAmount, "max_total_gco2") ?? CheckAmount(limits.MaxPrice, MostPounds, "max_price_gbp");
    }

    private static PlanRefusal? CheckAmount(decimal? limit, decimal most, string field) =>
        limit < 0 || limit > most ? PlanRefusal.Invalid(field, $"must be 0 to {most}") : null;

    // Only the steps that can be used: the sums of any others do not matter.
    private static PlanRefusal? CheckSteps(PlanRequest request)
    {
        for (var n = 0; n < request.Zones.Count; n++)
        {
            if (request.Zones[n].Carbon.Values[request.Arrival..].ContainsAnyExceptInRange(0, ScaledMaxCarbon))
                return PlanRefusal.Invalid($"zones[{n}].carbon", $"must be 0 to {SeriesScale.MaxCarbon} gCO2/kWh");
            if (request.Zones[n].Price is { } price && price.Values[Math.Min(request.Arrival, price.Count)..].ContainsAnyExceptInRange(-ScaledMaxPrice, ScaledMaxPrice))
                return PlanRefusal.Invalid($"zones[{n}].price", $"must be within ± {SeriesScale.MaxPrice} GBP/MWh");
        }

        return null;
    }
}
