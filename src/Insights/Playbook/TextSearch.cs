using System.Text.RegularExpressions;

namespace Pylon.Insights.Playbook;

/// <summary>
/// BM25 (k1 1.2, b 0.75) over a short list in memory: the same list and words give the same order. A word of the title counts
/// three times, one of the tags twice. Plurals and -ing are cut, so that trucks finds truck.
/// </summary>
internal sealed partial class TextSearch
{
    private const double K1 = 1.2;
    private const double B = 0.75;
    private const int MaxQueryWords = 50;

    private readonly List<(Measure Measure, Dictionary<string, int> Counts, int Length)> _documents;
    private readonly Dictionary<string, (Measure Measure, Dictionary<string, int> Counts, int Length)> _byId;
    private readonly Dictionary<string, int> _documentsWith;
    private readonly double _averageLength;

    public TextSearch(IReadOnlyList<Measure> measures)
    {
        _documents = [.. measures.Select(Document)];
        _byId = _documents.ToDictionary(d => d.Measure.Id, StringComparer.Ordinal);
        _documentsWith = _documents.SelectMany(d => d.Counts.Keys).GroupBy(w => w, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        _averageLength = _documents.Average(d => (double)d.Length);
    }

    [GeneratedRegex("[a-z0-9]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word { get; }

    public IEnumerable<(Measure Measure, double Score)> Find(string query)
    {
        var words = WordsOf(query);
        return _documents
            .Select(d => (d.Measure, Score: Score(d.Counts, d.Length, words)))
            .Where(found => found.Score > 0)
            .OrderByDescending(found => found.Score)
            .ThenBy(found => found.Measure.Id, StringComparer.Ordinal);
    }

    /// <param name="measure">Of the list.</param>
    /// <param name="query">Words.</param>
    public double ScoreOf(Measure measure, string query) => Score(_byId[measure.Id].Counts, _byId[measure.Id].Length, WordsOf(query));

    private static (Measure Measure, Dictionary<string, int> Counts, int Length) Document(Measure measure)
    {
        string[] words =
        [
            .. Tokens(measure.Title), .. Tokens(measure.Title), .. Tokens(measure.Title), .. measure.Tags.SelectMany(Tokens), .. measure.Tags.SelectMany(Tokens),
            .. Tokens(measure.Text), .. measure.Kinds.SelectMany(Tokens), .. measure.Causes.SelectMany(Tokens), .. Tokens(measure.Id),
        ];
        return (measure, words.GroupBy(w => w, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal), words.Length);
    }

    private static List<string> WordsOf(string query) => [.. Tokens(query).Distinct(StringComparer.Ordinal).Take(MaxQueryWords)];

    private static IEnumerable<string> Tokens(string text) => Word.Matches(text.ToLowerInvariant()).Select(m => Stem(m.Value));

    private static string Stem(string word) => word switch
    {
        { Length: > 5 } when word.EndsWith("ing", StringComparison.Ordinal) => word[..^3],
        { Length: > 4 } when word.EndsWith("ies", StringComparison.Ordinal) => word[..^3] + "y",
        { Length: > 3 } when word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal) => word[..^1],
        _ => word,
    };

    private double Score(Dictionary<string, int> counts, int length, List<string> words) => words.Sum(word =>
    {
        if (!counts.TryGetValue(word, out var count))
            return 0;
        var with = _documentsWith.GetValueOrDefault(word);
        var rarity = Math.Log(1 + ((_documents.Count - with + 0.5) / (with + 0.5)));
        return rarity * count * (K1 + 1) / (count + (K1 * (1 - B + (B * length / _averageLength))));
    });
}
