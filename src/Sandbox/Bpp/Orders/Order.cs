using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Bpp.Orders;

/// <summary>
/// An order of the provider.
/// <code>
///            select               init               confirm              cancel
///   (none) ---------> QUOTE_     ------> INITIALIZED --------> CONFIRMED --------> CANCELLED
///                     REQUESTED   init also without select; cancel from every state
/// </code>
/// </summary>
internal sealed class Order(string id, string transactionId)
{
    private const int LongestHistory = 50;

    public string Id { get; } = id;
    public string TransactionId { get; set; } = transactionId;
    public string State { get; set; } = States.QuoteRequested;
    public string ItemId { get; set; } = "";
    public string? WorkloadId { get; set; }
    public Slot? Slot { get; set; }

    /// <summary>Booked MW in the slot; null when nothing is booked.</summary>
    public decimal? Reserved { get; set; }

    /// <summary>Number of bookings. More than one is an error of the BAP or of the sandbox.</summary>
    public int Bookings { get; set; }

    public DateTimeOffset? ConfirmedAt { get; set; }
    public DateTimeOffset? CancelledAt { get; set; }

    /// <summary>The order of the last answer, packed.</summary>
    public byte[] Document { get; set; } = [];

    /// <summary>The order in the answer to each action, packed; a repeated action gets the same answer.</summary>
    public Dictionary<string, byte[]> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>Its place among all orders by age.</summary>
    public LinkedListNode<Order>? Place { get; set; }

    public Queue<HistoryEntry> History { get; } = new();

    public void Remember(HistoryEntry entry)
    {
        History.Enqueue(entry);
        if (History.Count > LongestHistory)
            History.Dequeue();
    }

    public JObject ToJson() => new()
    {
        ["id"] = Id,
        ["state"] = State,
        ["item"] = ItemId,
        ["transaction_id"] = TransactionId,
        ["workload_id"] = WorkloadId,
        ["bookings"] = Bookings,
        ["reserved_mw"] = Reserved,
        ["confirmed_at"] = ConfirmedAt is { } confirmed ? Json.Time(confirmed) : null,
        ["cancelled_at"] = CancelledAt is { } cancelled ? Json.Time(cancelled) : null,
        ["time_window"] = Slot?.ToJson(),
        ["history"] = new JArray(History.Select(h => new JObject
        {
            ["action"] = h.Action,
            ["message_id"] = h.MessageId,
            ["at"] = Json.Time(h.At),
            ["outcome"] = h.Outcome,
        })),
    };
}

/// <summary>One request on an order; the outcome is done, repeated, or the code of the refusal.</summary>
internal sealed record HistoryEntry(string Action, string MessageId, DateTimeOffset At, string Outcome);

/// <summary>The states of an order, the values of beckn:orderStatus.</summary>
internal static class States
{
    public const string QuoteRequested = "QUOTE_REQUESTED";
    public const string Initialized = "INITIALIZED";
    public const string Confirmed = "CONFIRMED";
    public const string Cancelled = "CANCELLED";
}
