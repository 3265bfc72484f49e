using System.Text.Json;
using Pylon.Beckn;

namespace Pylon.Orchestrator.Beckn;

/// <summary>The answer to one of our messages.</summary>
internal sealed record BecknAnswer(Guid MessageId, JsonElement Body)
{
    private static readonly string[] NotBooked = ["REJECTED", "CANCELLED", "FAILED"];

    /// <summary>Why the order of an answer is not booked; null when it is.</summary>
    public static string? NotBookedBecause(JsonElement body)
    {
        var status = body.Get("message").Get("order").Get("beckn:orderStatus").Text();
        return BecknReply.ErrorOf(body) ?? (NotBooked.Contains(status, StringComparer.OrdinalIgnoreCase) ? $"the order is {status}" : null);
    }
}
