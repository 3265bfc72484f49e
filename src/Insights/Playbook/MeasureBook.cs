using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pylon.Insights.Playbook;

/// <summary>The measures that Pylon knows.</summary>
internal sealed class MeasureBook
{
    private const string Resource = "Pylon.Insights.Playbook.playbook.json";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private readonly Dictionary<string, Measure> _byId;
    private readonly TextSearch _search;

    private MeasureBook(PlaybookFile file)
    {
        Version = file.Version;
        Measures = [.. file.Measures.OrderBy(m => m.Id, StringComparer.Ordinal)];
        _byId = Measures.ToDictionary(m => m.Id, StringComparer.Ordinal);
        _search = new TextSearch(Measures);
    }

    public string Version { get; }

    /// <summary>By id.</summary>
    public IReadOnlyList<Measure> Measures { get; }

    /// <summary>The playbook that the program brings.</summary>
    /// <exception cref="PlaybookException">It is wrong.</exception>
    public static MeasureBook Load()
    {
        using var reader = new StreamReader(typeof(MeasureBook).Assembly.GetManifestResourceStream(Resource)!);
        return Parse(reader.ReadToEnd());
    }

    /// <exception cref="PlaybookException">The message names every fault.</exception>
    public static MeasureBook Parse(string json)
    {
        PlaybookFile? file;
        try
        {
            file = JsonSerializer.Deserialize<PlaybookFile>(json, Options);
        }
        catch (JsonException e)
        {
            throw new PlaybookException($"The playbook is not JSON of the right shape: {e.Message}", e);
        }

        var faults = file is null ? ["it is null"] : PlaybookCheck.Faults(file);
        return faults.Count == 0
            ? new MeasureBook(file!)
            : throw new PlaybookException($"The playbook has {faults.Count} faults: {string.Join("; ", faults)}");
    }

    /// <summary>Null when there is none.</summary>
    public Measure? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>The measures that fit, by id.</summary>
    public IEnumerable<Measure> Fitting(string kind, string cause, Facts facts) => Measures.Where(m => m.Fits(kind, cause, facts));

    /// <summary>The measures that have a word of the query, the best match first; BM25.</summary>
    public IEnumerable<(Measure Measure, double Score)> Search(string query) => _search.Find(query);

    /// <summary>How well a measure matches the words; 0 when it has none of them.</summary>
    public double TextScore(Measure measure, string query) => _search.ScoreOf(measure, query);
}
