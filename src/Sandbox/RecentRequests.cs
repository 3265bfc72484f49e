using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox;

/// <summary>The last requests, oldest first; no more than so many.</summary>
internal class RecentRequests(int most)
{
    private readonly Lock gate = new();
    private readonly Queue<JObject> records = new();

    public void Add(JObject record)
    {
        lock (gate)
        {
            records.Enqueue(record);
            if (records.Count > most)
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
