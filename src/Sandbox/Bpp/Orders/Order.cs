using Newtonsoft.Json;

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
    public string State { get; set; } = States.QuoteRequested;

    /// <summary>Its id.</summary>
    public string Item { get; set; } = "";

    public string TransactionId { get; set; } = transactionId;
    public string? WorkloadId { get; set; }

    /// <summary>Number of bookings. More than one is an error of the BAP or of the sandbox.</summary>
    public int Bookings { get; set; }

    /// <summary>Booked in the slot; null when nothing is booked.</summary>
    public decimal? ReservedMw { get; set; }

    public DateTimeOffset? ConfirmedAt { get; set; }
    public DateTimeOffset? CancelledAt { get; set; }
    public Slot? TimeWindow { get; set; }

    /// <summary>The order of the last answer, packed.</summary>
    [JsonIgnore]
    public byte[] Document { get; set; } = [];

    /// <summary>The order in the answer to each action, packed; a repeated action gets the same answer.</summary>
    [JsonIgnore]
    public Dictionary<string, byte[]> Answers { get; } = new(StringComparer.Ordinal);

    public Queue<HistoryEntry> History { get; } = new();

    public void Remember(HistoryEntry entry)
    {
        History.Enqueue(entry);
        if (History.Count > LongestHistory)
            History.Dequeue();
    }
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
