using System.Text.Json;

namespace Pylon.Orchestrator.Beckn;

/// <summary>A message of ours that a callback refers to.</summary>
/// <param name="MessageId">Its id.</param>
/// <param name="TransactionId">The transaction that it belongs to.</param>
/// <param name="Action">For example select.</param>
/// <param name="Context">The context that it was sent with.</param>
/// <param name="Expired">It has no answer, and its ttl is over since it was last sent.</param>
internal sealed record AskedMessage(Guid MessageId, Guid TransactionId, string Action, JsonElement Context, bool Expired)
{
    // What the provider holds after these is the same whenever it says so; the others are asked again.
    private static readonly string[] Held = ["confirm", "cancel", "status", "update"];

    // The provider sends status, update and cancel also by itself.
    private static readonly string[] OnlyAnswers = ["discover", "select", "init", "confirm", "support", "track", "rating"];

    /// <summary>Why a callback does not answer what was asked, with the field first; null when it does.</summary>
    public string? Refusal(string action, Guid? messageId, Guid? transactionId, string? mismatch)
    {
        if (action != Action && (messageId == MessageId || OnlyAnswers.Contains(action)))
            return messageId == MessageId ? $"context.action: must be on_{Action}, because message_id is that of {Action}" : $"context.action: this transaction has no {action} to answer";
        if (transactionId is { } given && given != TransactionId)
            return "context.transaction_id: must be that of the message that is answered";
        if (mismatch is not null)
            return $"context.{mismatch}: must be that of the message that is answered";
        return Expired && action == Action && !Held.Contains(action) ? "context.ttl: the ttl of the message that is answered is over; it is sent again" : null;
    }
}
