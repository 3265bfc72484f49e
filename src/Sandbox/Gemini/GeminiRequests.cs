using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Gemini;

/// <summary>The last requests with their bodies, oldest first.</summary>
internal sealed class GeminiRequests
{
    private const int MostRequests = 1_000;
    private readonly Lock gate = new();
    private readonly Queue<JObject> records = new();

    public void Add(JObject record)
    {
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
