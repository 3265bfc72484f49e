using System.Text.RegularExpressions;
using Pylon.Insights.Entities;

namespace Pylon.Insights.Playbook;

/// <summary>What must hold of a playbook.</summary>
internal static partial class PlaybookCheck
{
    private const int MaxMeasures = 1000;

    public static readonly IReadOnlyList<string> Kinds =
        [EmissionKind.Logistics, EmissionKind.Factory, EmissionKind.Warehouse, EmissionKind.Delivery, EmissionKind.Compute, EmissionKind.Grid];

    public static readonly IReadOnlyList<string> Causes = ["activity", "efficiency", "grid", "factor", "data"];

    private static readonly string[] Costs = ["none", "low", "medium", "high"];

    [GeneratedRegex("^[a-z][a-z0-9]*(-[a-z0-9]+)+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IdShape { get; }

    /// <summary>Everything that is wrong, in sentences that name the measure; empty when nothing is.</summary>
    public static IReadOnlyList<string> Faults(PlaybookFile file)
    {
        var faults = new List<string>();
        if (file.Version is not { Length: >= 1 and <= 60 })
            faults.Add("version must have 1 to 60 characters");
        if (file.Measures is not { Count: >= 1 and <= MaxMeasures })
            return [.. faults, $"measures must have 1 to {MaxMeasures} measures"];
        faults.AddRange(file.Measures.GroupBy(m => m.Id, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => $"{g.Key}: the id must be unique, it is there {g.Count()} times"));
        faults.AddRange(file.Measures.SelectMany(m => FaultsOf(m).Select(fault => $"{m.Id}: {fault}")));
        return faults;
    }

    private static IEnumerable<string> FaultsOf(Measure measure) =>
    [
        .. Unless(IdShape.IsMatch(measure.Id) && measure.Id.Length <= 60, "the id must be words in lower case with hyphens, at most 60 characters"),
        .. Length(measure.Title, "title", 60),
        .. Length(measure.Text, "text", 200),
        .. Unless(measure.Tags.Count is >= 1 and <= 50, "tags must have 1 to 50 words"),
        .. measure.Tags.SelectMany(tag => Length(tag, "each of tags", 40)),
        .. Words(measure.Kinds, "kinds", Kinds),
        .. Words(measure.Causes, "causes", Causes),
        .. Words([measure.Cost], "cost", Costs),
        .. Unless(measure.Feasibility is >= 1 and <= 10, "feasibility must be from 1 to 10"),
        .. Unless(
            measure.Saving.Low >= 0 && measure.Saving.High <= 1 && measure.Saving.Low <= measure.Saving.High,
            "saving must have low and high from 0 to 1, low at most high"),
        .. Length(measure.Saving.Source, "source of saving", 200),
        .. measure.Lever.Faults(),
        .. measure.Preconditions.Select(p => p.Fault()).OfType<string>(),
        .. measure.Contraindications.Select(c => c.When?.Fault()).OfType<string>(),
        .. measure.Contraindications.SelectMany(c => Length(c.Text, "text of a contraindication", 200)),
    ];

    private static IEnumerable<string> Unless(bool holds, string fault) => holds ? [] : [fault];

    private static IEnumerable<string> Length(string text, string what, int max) =>
        Unless(text.Trim().Length >= 1 && text.Length <= max && !text.Any(char.IsControl), $"{what} must have 1 to {max} characters, none of them a control character");

    private static IEnumerable<string> Words(IReadOnlyList<string> words, string what, IReadOnlyList<string> allowed) => Unless(
        words.Count > 0 && words.All(w => allowed.Contains(w, StringComparer.Ordinal)) && words.Distinct(StringComparer.Ordinal).Count() == words.Count,
        $"{what} must be of {string.Join(", ", allowed)}, each once");
}
