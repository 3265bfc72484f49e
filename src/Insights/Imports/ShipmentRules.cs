using System.Globalization;
using Pylon.Insights.Entities;
using Pylon.Insights.Events;
using Pylon.Insights.Factors;

namespace Pylon.Insights.Imports;

/// <summary>What a shipment emits, and how that compares with what its file says. Pure.</summary>
internal static class ShipmentRules
{
    /// <summary>The factors of the file's author.</summary>
    public const string AuthorSet = "shipments-2021";

    /// <summary>The published factors of the United Kingdom.</summary>
    public const string DesnzSet = "desnz-2025";

    // The file's CO2 is computed in binary floating point.
    private const decimal Tolerance = 1e-12m;
    private const double MostFactor = 1000;

    // 10 % for a published factor, 5 % for a reported activity.
    private static readonly double Uncertainty = Math.Sqrt((0.10 * 0.10) + (0.05 * 0.05));

    /// <summary>kg CO2e for each tonne.km that the author of the file published, by mode; null for a mode without one.</summary>
    public static readonly IReadOnlyList<decimal?> Published = [0.096m, null, 0.01m, null];

    /// <summary>The same of DESNZ: an articulated lorry over 33 t, a freight train, a large RoPax ferry, a short-haul flight with radiative forcing.</summary>
    public static readonly IReadOnlyList<decimal> Desnz =
        [.. ((string[])["27_304_3132_14_1", "27_315_3151_14_1", "27_320_3242_14_1", "27_317_3154_14_1"]).Select(id => FactorBook.Shipped[id].Co2e!.Value)];

    /// <summary>The factor that most lines imply for a mode without a published one; of several the first. Null: none does.</summary>
    public static (decimal Factor, long Index)? Implied(IEnumerable<ShipmentLine> lines, int mode) => lines
        .Select(line => (Factor: ImpliedBy(line, mode), line.Index))
        .Where(implied => implied.Factor is not null)
        .GroupBy(implied => Round(implied.Factor!.Value, 9))
        .OrderByDescending(same => same.Count())
        .Select(same => ((decimal, long)?)(same.First().Factor!.Value, same.First().Index))
        .FirstOrDefault();

    /// <summary>Computes a line.</summary>
    /// <param name="line">A good one.</param>
    /// <param name="factors">kg CO2e for each tonne.km by mode; null where it is not known.</param>
    public static ComputedShipment Compute(ShipmentLine line, IReadOnlyList<decimal?> factors)
    {
        var (legs, faults, notes) = (new decimal[factors.Count], new List<string>(), new List<string>());
        var isReproduced = line.PublishedTotalKg is not null;
        for (var mode = 0; mode < legs.Length; mode++)
        {
            var (name, tonneKm, published) = (ShipmentColumns.Modes[mode], line.TonneKm(mode), line.PublishedKg[mode]);
            if (tonneKm > 0 && factors[mode] is null)
                faults.Add($"CO2 of {name} cannot be computed: no factor is published for it, and no line of the file implies one");
            legs[mode] = tonneKm * (factors[mode] ?? 0);
            if (published is null && tonneKm == 0)
                continue;
            if (published is null)
                notes.Add($"CO2 of {name} is missing; computed {Text(legs[mode])} kg");
            else if (!IsSame(legs[mode], published.Value))
                notes.Add($"CO2 of {name} is {Text(published.Value)} kg, and {Text(tonneKm)} tonne.km x {Text(factors[mode] ?? 0)} are {Text(legs[mode])}");
            else
                continue;
            isReproduced = false;
        }

        var total = legs.Sum();
        if (line.PublishedTotalKg is not { } all)
            notes.Add($"CO2 Total is missing; computed {Text(total)} kg");
        else if (!IsSame(total, all))
            notes.Add($"CO2 Total is {Text(all)} kg, and the legs are {Text(total)}");
        isReproduced &= line.PublishedTotalKg is { } told && IsSame(total, told);
        if (WeightNote(line) is { } weight)
            notes.Add(weight);
        return new ComputedShipment(legs, total, isReproduced, faults, notes);
    }

    /// <summary>kg CO2e of a line with the factors of DESNZ.</summary>
    public static decimal DesnzKg(ShipmentLine line) => Desnz.Select((factor, mode) => line.TonneKm(mode) * factor).Sum();

    /// <summary>The event of a line.</summary>
    /// <param name="import">The name of the file.</param>
    /// <param name="line">The line.</param>
    /// <param name="computed">What the factors of the file's author give.</param>
    /// <param name="factorSet">Whose factors count.</param>
    public static (NewEvent Event, EventFigures Figures) EventOf(string import, ShipmentLine line, ComputedShipment computed, string factorSet)
    {
        var isAuthor = factorSet == AuthorSet;
        var tonneKm = (double)(line.WeightKg / 1000 * line.DistanceKm);
        var kg = (double)(isAuthor ? computed.TotalKg : DesnzKg(line));
        var told = new NewEvent
        {
            EventId = $"shipment:{import}:{line.Index}",
            Kind = EmissionKind.Logistics,
            SupplierId = line.Warehouse,
            RouteId = $"{line.Warehouse}>{line.Customer}",
            Start = line.Date,
            DistanceKm = (double)line.DistanceKm,
            LoadKg = (double)line.WeightKg,
            VehicleType = string.Join('+', ShipmentColumns.Modes.Where((_, mode) => line.DistancesKm[mode] > 0)),
            // What was computed counts where the file contradicts itself, and where its factors are not those that count.
            ReportedKg = isAuthor && computed.IsReproduced ? (double?)line.PublishedTotalKg : null,
            Digest = line.Content,
        };
        return (told, new EventFigures(kg, kg * Uncertainty, factorSet, tonneKm));
    }

    private static string? WeightNote(ShipmentLine line)
    {
        if (line.Units is not { } units || line.Ratio is not { } ratio)
            return "KG cannot be checked: Units or Conversion Ratio is missing";
        // Units and ratios of any size: a product that a decimal cannot have is not the weight.
        var product = (double)units * (double)ratio;
        return Math.Abs(product - (double)line.WeightKg) <= 1e-12 * Math.Abs((double)line.WeightKg)
            ? null
            : $"KG is {Text(line.WeightKg)}, and Units x Conversion Ratio is {product.ToString("R", CultureInfo.InvariantCulture)}";
    }

    private static bool IsSame(decimal computed, decimal published) => Math.Abs(computed - published) <= Tolerance * Math.Max(Math.Abs(computed), Math.Abs(published));

    private static decimal? ImpliedBy(ShipmentLine line, int mode)
    {
        if (line.PublishedKg[mode] is not > 0 || line.TonneKm(mode) is not > 0)
            return null;
        var factor = (double)line.PublishedKg[mode]!.Value / (double)line.TonneKm(mode);
        // 12 digits are what the rounding of the file leaves; what is too little for a decimal is no factor.
        return factor is > 0 and <= MostFactor && Round((decimal)factor, 12) is > 0 and var rounded ? rounded : null;
    }

    private static decimal Round(decimal number, int digits) =>
        decimal.Parse(((double)number).ToString("E" + (digits - 1), CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string Text(decimal number) => ((double)number).ToString("R", CultureInfo.InvariantCulture);
}
