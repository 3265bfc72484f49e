using Google.Protobuf;
using Npgsql;
using Pylon.Messaging;
using Pylon.Postgres;

namespace Pylon.Ingestion;

/// <summary>Writes an event of the grid's sources into the outbox, in the transaction of the change that it tells of.</summary>
internal static class GridEvents
{
    public const string Topic = "grid";

    private const string Insert = "INSERT INTO outbox (topic, type, subject, payload) VALUES ($1, $2, $3, $4)";

    public static NpgsqlBatchCommand Append(string subject, IMessage payload) =>
        Sql.Statement(Insert, Topic, Outbox.TypeOf(payload), subject, Sql.Json(Outbox.JsonOf(payload)));
}
