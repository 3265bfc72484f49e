using System.Globalization;

namespace Pylon.Insights.Playbook;

/// <summary>A predicate over one feature. It is false when the feature is not known.</summary>
internal sealed record Precondition
{
    /// <summary>One of <see cref="FeatureNames"/>.</summary>
    public required string Feature { get; init; }

    /// <summary>Of a number: at_least, more_than, at_most or less_than; of a word: equals or one_of; of both: known.</summary>
    public required string Is { get; init; }

    /// <summary>That a number is compared with.</summary>
    public double? Value { get; init; }

    /// <summary>That a word is compared with, in lower case.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    public bool Holds(Facts facts) => FeatureNames.Words.Contains(Feature)
        ? facts.Word(Feature) is { } word && (Is == "known" || Values.Contains(word, StringComparer.Ordinal))
        : facts.Number(Feature) is { } number && Compares(number);

    /// <summary>For people, for example "distance_km > 300".</summary>
    public override string ToString() => Is switch
    {
        "known" => $"{Feature} is known",
        "equals" => $"{Feature} = {Values[0]}",
        "one_of" => $"{Feature} is {string.Join(" or ", Values)}",
        _ => $"{Feature} {Sign} {Value?.ToString(CultureInfo.InvariantCulture)}",
    };

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public string? Fault()
    {
        var isWord = FeatureNames.Words.Contains(Feature);
        if (!isWord && !FeatureNames.Numbers.Contains(Feature))
            return $"the feature {Feature} is not known: it must be one of {string.Join(", ", FeatureNames.Words.Concat(FeatureNames.Numbers).Order(StringComparer.Ordinal))}";
        if (Is == "known")
            return Value is null && Values.Count == 0 ? null : $"{Feature} known takes no value";
        if (isWord)
        {
            return Is switch
            {
                "equals" when Values.Count != 1 => $"{Feature} equals must have one of values",
                "one_of" when Values.Count == 0 => $"{Feature} one_of must have values",
                "equals" or "one_of" => Values.All(v => v.Length > 0 && v == v.ToLowerInvariant()) ? null : $"the values of {Feature} must be words in lower case",
                _ => $"{Feature} is a word: is must be equals, one_of or known",
            };
        }

        if (Sign is null)
            return $"{Feature} is a number: is must be at_least, more_than, at_most, less_than or known";
        return Value is { } value && double.IsFinite(value) ? null : $"{Feature} {Is} must have a finite value";
    }

    private string? Sign => Is switch
    {
        "at_least" => ">=",
        "more_than" => ">",
        "at_most" => "<=",
        "less_than" => "<",
        _ => null,
    };

    private bool Compares(double number) => Is switch
    {
        "at_least" => number >= Value,
        "more_than" => number > Value,
        "at_most" => number <= Value,
        "less_than" => number < Value,
        _ => true,
    };
}
