using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Pylon.Insights.Factors;

/// <summary>All factors, by id. Immutable; what is wrong in the files stops the start.</summary>
internal sealed class FactorBook
{
    /// <summary>How far the sum of the gases may be from the total: all of them are rounded.</summary>
    public const decimal SumTolerance = 0.00002m;

    private readonly FrozenDictionary<string, Factor> _byId;

    public FactorBook(IReadOnlyList<Factor> factors)
    {
        var wrong = Check(factors).Take(10).ToList();
        if (wrong.Count > 0)
            throw new InvalidOperationException($"The factors are wrong: {string.Join("; ", wrong)}.");
        All = [.. factors.OrderBy(factor => factor.Id, StringComparer.Ordinal)];
        _byId = factors.ToFrozenDictionary(factor => factor.Id, StringComparer.Ordinal);
        Classes = [.. LoadClass.FindAll(this)];
    }

    /// <summary>The factors that Pylon ships.</summary>
    public static FactorBook Shipped { get; } = new(FactorFiles.ReadAll());

    /// <summary>By id.</summary>
    public IReadOnlyList<Factor> All { get; }

    /// <summary>Of the HGVs.</summary>
    public IReadOnlyList<LoadClass> Classes { get; }

    public Factor this[string id] => _byId[id];

    public bool TryFind(string id, [NotNullWhen(true)] out Factor? factor) => _byId.TryGetValue(id, out factor);

    /// <summary>What is wrong with them, in words.</summary>
    public static IEnumerable<string> Check(IReadOnlyList<Factor> factors)
    {
        foreach (var twice in factors.GroupBy(factor => factor.Id, StringComparer.Ordinal).Where(group => group.Count() > 1))
            yield return $"{twice.Key} is there {twice.Count()} times";
        foreach (var factor in factors)
        {
            if (factor.Co2e is < 0)
                yield return $"{factor.Id} is less than 0";
            if (factor.IsComplete && Math.Abs(factor.Co2e!.Value - factor.Co2!.Value - factor.Ch4!.Value - factor.N2o!.Value) > SumTolerance)
                yield return $"the gases of {factor.Id} are not its total";
        }
    }

    /// <summary>Those in whose id, name, set or unit every word occurs, from the one after <paramref name="after"/> on.</summary>
    public IReadOnlyList<Factor> Search(string text, string unit, string? after, int count)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return
        [
            .. All.Where(factor => (after is null || string.CompareOrdinal(factor.Id, after) > 0) && (unit.Length == 0 || factor.Unit == unit))
                .Where(factor => words.All(word => $"{factor.Id} {factor.Name} {factor.Set}".Contains(word, StringComparison.OrdinalIgnoreCase)))
                .Take(count),
        ];
    }
}
