using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Bpp;

/// <summary>One request as it was received and answered. The callback's fate is written later.</summary>
internal sealed class RequestRecord(string action, DateTimeOffset at)
{
    public string Action { get; } = action;

    public DateTimeOffset At { get; } = at;

    public string? MessageId { get; set; }

    public string? TransactionId { get; set; }

    public string? OrderId { get; set; }

    /// <summary>ack, sync, nack, or the fault that took the place of an answer.</summary>
    public string Answer { get; set; } = "none";

    public string? ErrorCode { get; set; }

    public IReadOnlyList<string> Faults { get; set; } = [];

    /// <summary>pending, sent, lost, or failed with the reason; null when there is none to send.</summary>
    public string? Callback { get; set; }

    public JObject ToJson() => new()
    {
        ["action"] = Action,
        ["message_id"] = MessageId,
        ["transaction_id"] = TransactionId,
        ["order_id"] = OrderId,
        ["at"] = At.UtcDateTime.ToString("O"),
        ["answer"] = Answer,
        ["error_code"] = ErrorCode,
        ["faults"] = new JArray(Faults),
        ["callback"] = Callback,
    };
}

/// <summary>The last requests, oldest first.</summary>
internal sealed class RequestLog
{
    public const int MostRequests = 10_000;
    private readonly Lock gate = new();
    private readonly Queue<RequestRecord> records = new();

    public void Add(RequestRecord record)
    {
        lock (gate)
        {
            records.Enqueue(record);
            if (records.Count > MostRequests)
                records.Dequeue();
        }
    }

    public IReadOnlyList<RequestRecord> List()
    {
        lock (gate)
            return [.. records];
    }

    public void Clear()
    {
        lock (gate)
            records.Clear();
    }
}
