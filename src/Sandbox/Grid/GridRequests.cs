using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Grid;

/// <summary>The last requests to a source and how each was answered.</summary>
internal sealed class GridRequests() : RecentRequests(MostRequests)
{
    public const int MostRequests = 2_000;
    private const int LongestPath = 500;

    /// <param name="at">When it came.</param>
    /// <param name="dataset">What it asked for.</param>
    /// <param name="path">With its query.</param>
    /// <param name="answer">The status, or what took its place.</param>
    /// <param name="faults">The kinds that it met.</param>
    public void Add(DateTimeOffset at, string dataset, string path, string answer, IEnumerable<string> faults) => Add(new JObject
    {
        ["at"] = Json.Time(at),
        ["dataset"] = dataset,
        ["path"] = path.Length > LongestPath ? path[..LongestPath] : path,
        ["answer"] = answer,
        ["faults"] = new JArray(faults),
    });
}
