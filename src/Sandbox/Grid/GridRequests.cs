using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Grid;

/// <summary>The last requests to a source and how each was answered, oldest first.</summary>
internal sealed class GridRequests
{
    public const int MostRequests = 2_000;
    private const int LongestPath = 500;
    private readonly Lock gate = new();
    private readonly Queue<JObject> records = new();

    /// <param name="at">When it came.</param>
    /// <param name="dataset">What it asked for.</param>
    /// <param name="path">With its query.</param>
    /// <param name="answer">The status, or what took its place.</param>
    /// <param name="faults">The kinds that it met.</param>
    public void Add(DateTimeOffset at, string dataset, string path, string answer, IEnumerable<string> faults)
    {
        var record = new JObject
        {
            ["at"] = Json.Time(at),
            ["dataset"] = dataset,
            ["path"] = path.Length > LongestPath ? path[..LongestPath] : path,
            ["answer"] = answer,
            ["faults"] = new JArray(faults),
        };
        lock (gate)
        {
            records.Enqueue(record);
            if (records.Count > MostRequests)
                records.Dequeue();
        }
    }

    public JObject ToJson()
    {
        lock (gate)
            return new JObject { ["count"] = records.Count, ["requests"] = new JArray(records.Select(r => r.DeepClone())) };
    }

    public void Clear()
    {
        lock (gate)
            records.Clear();
    }
}
