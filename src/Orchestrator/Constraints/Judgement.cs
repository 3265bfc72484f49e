using Pylon.Common.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Constraints;

/// <summary>
/// Which constraints a place and time breaks. What is not told does not satisfy: an unknown carbon intensity breaks a cap, a
/// price that is not told breaks a price cap, a window that is unknown or over breaks a deadline and a delay. Only a capacity that a
/// provider does not tell counts as enough, because providers tell it of what is scarce. Pure.
/// </summary>
internal static class Judgement
{
    /// <summary>The constraints that it breaks, each with the reason for the user.</summary>
    public static IEnumerable<(Constraint Constraint, string Reason)> Broken(Limits limits, Place place, DateTimeOffset now)
    {
        if (limits.CarbonCap is { } cap && !(place.CarbonIntensity <= cap))
            yield return (Constraint.CarbonCap, place.CarbonIntensity is null ? "its carbon intensity is not told" : $"its carbon intensity is above {cap:0.##} gCO2/kWh");
        if (limits.MaxTotalGco2 is { } most && !IsWithin(TotalGco2(limits, place), most))
            yield return (Constraint.MaxTotalGco2, place.CarbonIntensity is null ? "its carbon intensity is not told" : $"the job would emit more than {most:0.##} gCO2 there");
        if (limits.MaxPriceGbp is { } price && !IsWithin(CostGbp(limits, place), price))
            yield return (Constraint.MaxPrice, place.GbpPerKwh is null ? Unpriced(place.Price) : $"the energy of the job would cost more than {price:0.####} GBP");
        if (limits.Deadline is { } deadline && !EndsInTime(place, deadline, now))
            yield return (Constraint.Deadline, WindowFault(place, now) ?? "its window ends after the deadline");
        if (limits.DelayMins is { } delay && !BeginsInTime(limits, place, delay, now))
            yield return (Constraint.Delay, WindowFault(place, now) ?? $"its window begins more than {delay:0.##} min after the submission");
        if (limits.LoadMw is { } load && place.CapacityMw is { } room && room < load)
            yield return (Constraint.Load, $"it has less than {load:0.######} MW left");
        if (limits.Operator?.ReasonAgainst(place) is { } reason)
            yield return (Constraint.Operator, reason);
    }

    public static bool Allows(Limits limits, Place place, DateTimeOffset now) => !Broken(limits, place, now).Any();

    /// <summary>gCO2 of the whole job there; null when it cannot be known.</summary>
    public static double? TotalGco2(Limits limits, Place place) => place.CarbonIntensity * limits.Energy.In(place.Window).Kwh;

    /// <summary>GBP of the energy of the whole job there; null when it cannot be known.</summary>
    public static double? CostGbp(Limits limits, Place place) => place.GbpPerKwh * limits.Energy.In(place.Window).Kwh;

    /// <summary>The least value of a constraint that lets this place pass it (of the load: the most); null when none does.</summary>
    public static double? Needed(Constraint constraint, Limits limits, Place place) => constraint switch
    {
        Constraint.CarbonCap => Up(place.CarbonIntensity, 100),
        Constraint.MaxTotalGco2 => Up(TotalGco2(limits, place), 10),
        Constraint.MaxPrice => Up(CostGbp(limits, place), 10_000),
        Constraint.Deadline => place.Window?.EndTime is { } end ? Math.Ceiling(end.ToDateTimeOffset().ToUnixTimeMilliseconds() / 1000.0) * 1000 : null,
        Constraint.Delay => place.Window?.StartTime is { } start ? Math.Ceiling((start.ToDateTimeOffset() - limits.SubmittedAt).TotalMinutes) : null,
        Constraint.Load => place.CapacityMw is > 0 and var room ? Math.Floor(room * 1000) / 1000 : null,
        _ => null,
    };

    /// <summary>Says on an option what the judgement was made on.</summary>
    public static void Explain(Recommendation option, Limits limits)
    {
        (option.EnergyKwh, option.EnergyBasis) = limits.Energy.In(option.Window);
        if (option.HasCarbonIntensityGco2Kwh)
            option.ExpectedGco2 = option.CarbonIntensityGco2Kwh * option.EnergyKwh;
        if (Place.OfPrice(option.Price) is { } price)
            option.ExpectedPriceGbp = price * option.EnergyKwh;
    }

    // Of grid data, which nobody books, the part of the window before the deadline is used.
    private static bool EndsInTime(Place place, DateTimeOffset deadline, DateTimeOffset now) =>
        place.Window is { } window && WindowFault(place, now) is null && (place.IsBooked ? window.EndTime.ToDateTimeOffset() <= deadline : window.StartTime.ToDateTimeOffset() < deadline);

    // What has begun can start now, however late that is.
    private static bool BeginsInTime(Limits limits, Place place, double delay, DateTimeOffset now) =>
        WindowFault(place, now) is null && place.Window?.StartTime.ToDateTimeOffset() is { } start && (start <= now || start <= limits.SubmittedAt.AddMinutes(delay));

    private static string? WindowFault(Place place, DateTimeOffset now) =>
        place.Window is not { } window ? "its window is not told" : window.EndTime.ToDateTimeOffset() <= now ? "its window is over" : null;

    // A product is not exact: 0.081 GBP times 10 kWh is 0.81 GBP.
    private static bool IsWithin(double? value, double limit) => value <= limit * (1 + 1e-9);

    private static double? Up(double? value, double steps) => value is { } known ? Math.Ceiling(Math.Round(known * steps, 6)) / steps : null;

    private static string Unpriced(Price? price) =>
        price is null ? "it tells no price"
        : price.Currency.Length == 0 ? "its price has no currency and cannot be compared with a cap in GBP"
        : !price.Currency.Equals("GBP", StringComparison.OrdinalIgnoreCase) ? $"its price is in {price.Currency} and cannot be compared with a cap in GBP"
        : "its price is not for a kWh or MWh";
}
