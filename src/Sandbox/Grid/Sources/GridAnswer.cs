using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Grid.Sources;

/// <summary>The answer of a source, before faults are applied.</summary>
internal sealed record GridAnswer(int Status, JToken Body)
{
    private static readonly Func<JObject, IEnumerable<JValue>> None = _ => [];

    /// <summary>The rows that faults can change; null when there are none.</summary>
    public JArray? Rows { get; init; }

    /// <summary>The numbers of a row that an outlier replaces.</summary>
    public Func<JObject, IEnumerable<JValue>> Values { get; init; } = None;

    /// <summary>A CSV file instead of the JSON body.</summary>
    public string? Csv { get; init; }

    /// <summary>Target of a redirect.</summary>
    public string? Location { get; init; }

    public static GridAnswer Ok(JToken body) => new(200, body);
}
