using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Grid.Sources;

/// <summary>What a source answers, before anything goes wrong with it.</summary>
internal sealed record GridAnswer(int Status, JToken Body)
{
    private static readonly Func<JObject, IEnumerable<JValue>> None = _ => [];

    /// <summary>The list of its rows; null when it has none that can go wrong.</summary>
    public JArray? Rows { get; init; }

    /// <summary>The numbers of a row that an outlier takes the place of.</summary>
    public Func<JObject, IEnumerable<JValue>> Values { get; init; } = None;

    /// <summary>A file in the place of the body.</summary>
    public string? Csv { get; init; }

    /// <summary>Where the answer is instead.</summary>
    public string? Location { get; init; }

    public static GridAnswer Ok(JToken body) => new(200, body);
}
