namespace Pylon.Insights.Factors;

/// <summary>
/// HGVs of one size, at loads from 0 to 1. Computed from the factors: their kilometres are linear in the load, and the payload
/// is what turns them into tonne-kilometres. "All rigids" and the like are mixes of a fleet, which have no load of their own.
/// </summary>
/// <param name="Name">For example "Rigid (&gt;7.5 tonnes-17 tonnes)".</param>
/// <param name="IsMix">A mix of classes.</param>
/// <param name="Empty">km, 0 % laden.</param>
/// <param name="Full">km, 100 % laden.</param>
/// <param name="Average">km, average laden.</param>
/// <param name="AverageTonneKm">tonne.km, average laden.</param>
/// <param name="PayloadTonnes">Most freight of one vehicle.</param>
/// <param name="AverageLoad">0 to 1.</param>
internal sealed record LoadClass(
    string Name, bool IsMix, Factor Empty, Factor Full, Factor Average, Factor AverageTonneKm, decimal PayloadTonnes, decimal AverageLoad)
{
    // The largest of a class is 0.0004, the smallest of a mix of rigids and artics 0.002.
    private const decimal IdentityTolerance = 0.0005m;

    // Groups of factors: HGVs, and refrigerated ones.
    private static readonly string[] Groups = ["27_304", "27_306"];

    /// <summary>kg CO2e of a kilometre with this load.</summary>
    /// <param name="load">0 to 1, of the payload.</param>
    public decimal KmFactor(decimal load) => Empty.Co2e!.Value + ((Full.Co2e!.Value - Empty.Co2e.Value) * load);

    /// <summary>How far the published tonne.km at average load is from what the km factor and the payload give.</summary>
    public decimal IdentityError => Math.Abs((Average.Co2e!.Value / (PayloadTonnes * AverageLoad)) - AverageTonneKm.Co2e!.Value);

    /// <summary>Every class of a book; throws when a class is not what it should be.</summary>
    public static IEnumerable<LoadClass> FindAll(FactorBook book)
    {
        // Four ids in a row: 0 %, 50 %, 100 % and average laden.
        foreach (var group in Groups)
        {
            for (var first = 3109; first < 3141; first += 4)
            {
                if (!book.TryFind($"{group}_{first}_4_1", out var empty))
                    continue;
                var (half, full, average) = (book[$"{group}_{first + 1}_4_1"], book[$"{group}_{first + 2}_4_1"], book[$"{group}_{first + 3}_4_1"]);
                var (fullTonneKm, averageTonneKm) = (book[$"{group}_{first + 2}_14_1"], book[$"{group}_{first + 3}_14_1"]);
                var name = empty.Name.Split(", ")[1];
                var found = new LoadClass(
                    name, name.StartsWith("All ", StringComparison.Ordinal), empty, full, average, averageTonneKm,
                    full.Co2e!.Value / fullTonneKm.Co2e!.Value, (average.Co2e!.Value - empty.Co2e!.Value) / (full.Co2e.Value - empty.Co2e.Value));
                if (Math.Abs(half.Co2e!.Value - found.KmFactor(0.5m)) > FactorBook.SumTolerance)
                    throw new InvalidOperationException($"The factors of {name} are not linear in the load.");
                if (!found.IsMix && found.IdentityError > IdentityTolerance)
                    throw new InvalidOperationException($"The factors of {name} for km and tonne.km do not fit together.");
                yield return found;
            }
        }
    }
}
