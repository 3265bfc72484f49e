using Google.Protobuf;
using Npgsql;
using Pylon.Messaging;

namespace Pylon.Ingestion.Events;

/// <summary>Writes an event of the grid's sources into the outbox, in the transaction of the change.</summary>
internal static class GridEvents
{
    public const string Topic = "grid";

    public static NpgsqlBatchCommand Append(string subject, IMessage payload) => Outbox.Append(Topic, subject, payload);
}
