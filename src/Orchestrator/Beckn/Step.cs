using System.Text.Json;
using Pylon.Orchestrator.Queue;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Beckn;

/// <summary>
/// What an attempt writes at once: what the provider has answered, what follows from it, and the message that is sent
/// next. All of it is one transaction, and only the answer is written when the lease is lost: it stays true whoever works
/// on the workload.
/// </summary>
/// <param name="Lease">Held by the attempt.</param>
internal sealed record Step(Lease Lease)
{
    /// <summary>The response to a message; null when it came as a callback, or nothing is answered yet.</summary>
    public (Guid MessageId, JsonElement Body)? Answered { get; init; }

    /// <summary>What follows, in this order.</summary>
    public IReadOnlyList<StatementRow> Changes { get; init; } = [];

    /// <summary>The order that is pending from now on; without it no CONFIRM is stored.</summary>
    public string? Confirms { get; init; }

    /// <summary>The message that is sent next.</summary>
    public NewMessage? Next { get; init; }

    /// <summary>True for DISCOVER alone: a provider holds nothing by it, and nobody hears of it.</summary>
    public bool MayBeUndone => Answered is null && Changes.Count == 0 && Confirms is null && Next is { Action: "discover" };
}

/// <summary>A message of ours before it is sent.</summary>
internal sealed record NewMessage(Guid Id, Guid TransactionId, string Action, string Request);

/// <summary>A message as it is stored.</summary>
/// <param name="Id">Of the first that was stored for its transaction and action.</param>
/// <param name="Request">As it was stored before, with the new time; null for the new one.</param>
/// <param name="Answer">Null when it has none.</param>
internal sealed record StoredMessage(Guid Id, string? Request, string? Answer);

/// <summary>What came of a step.</summary>
/// <param name="Outcome">Whether it is written.</param>
/// <param name="OrderState">Of the order that it confirms.</param>
/// <param name="Message">Null when the step has no next message, or when the order is over.</param>
internal sealed record Written(StepOutcome Outcome, string? OrderState = null, StoredMessage? Message = null);

internal enum StepOutcome
{
    /// <summary>All of it.</summary>
    Done,

    /// <summary>The answer alone: another instance has the workload, or somebody holds its row.</summary>
    NotHeld,

    /// <summary>Nothing: another answer to the message came first, and it counts.</summary>
    Outrun,
}
