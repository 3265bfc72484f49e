using Google.Protobuf.WellKnownTypes;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Catalog;

/// <summary>Transactions as messages of the contract.</summary>
internal static class CatalogMapping
{
    public static BecknTransaction ToProto(TransactionRow row, IEnumerable<MessageRow> messages) => new()
    {
        TransactionId = row.TransactionId.ToString(),
        WorkloadId = row.WorkloadId.ToString(),
        Messages =
        {
            messages.Select(m => new BecknMessage
            {
                MessageId = m.MessageId.ToString(),
                Action = m.Action,
                Sends = m.Sends,
                CreatedAt = m.CreatedAt.ToTimestamp(),
                SentAt = m.SentAt?.ToTimestamp(),
                AcknowledgedAt = m.AcknowledgedAt?.ToTimestamp(),
                AnsweredAt = m.AnsweredAt?.ToTimestamp(),
                AnsweredBy = m.AnsweredBy ?? "",
                Callbacks = m.Callbacks,
                LastError = m.LastError ?? "",
            }),
        },
    };
}
