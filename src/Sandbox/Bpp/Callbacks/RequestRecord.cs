namespace Pylon.Sandbox.Bpp.Callbacks;

/// <summary>One request and its answer. The outcome of the callback is written later.</summary>
internal sealed class RequestRecord(string action, DateTimeOffset at)
{
    public string Action { get; } = action;
    public string? MessageId { get; set; }
    public string? TransactionId { get; set; }
    public string? OrderId { get; set; }
    public string At { get; } = at.UtcDateTime.ToString("O");

    /// <summary>ack, sync, nack, or the fault that replaced the answer.</summary>
    public string Answer { get; set; } = "none";

    public string? ErrorCode { get; set; }

    public IReadOnlyList<string> Faults { get; set; } = [];

    /// <summary>pending, sent, lost, or failed with the reason; null when no callback is sent.</summary>
    public string? Callback { get; set; }
}
