using System.Diagnostics;
using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;
using Pylon.Messaging;
using Pylon.Postgres;

namespace Pylon.Insights.Publishing;

/// <summary>The events of Insights.</summary>
internal static class InsightsEvents
{
    /// <summary>The topic that they are published on.</summary>
    public const string Topic = "insights";

    /// <summary>An operator as the outbox has it: NULL for the built-in one.</summary>
    public const string NoBuiltIn = "'00000000-0000-0000-0000-000000000000'";

    private const string Insert =
        $"""
        INSERT INTO outbox (topic, type, subject, payload, traceparent, operator_id)
        VALUES ('{Topic}', $1, $2, $3, $4, (SELECT nullif(operator_id, {NoBuiltIn}) FROM hotspots WHERE id = $5))
        """;

    /// <summary>An event of what belongs to a hotspot, and so to its operator; a statement of the transaction of the change.</summary>
    /// <param name="hotspot">The hotspot.</param>
    /// <param name="subject">The id of what the event is about.</param>
    /// <param name="payload">One of the messages of an event's data.</param>
    public static NpgsqlBatchCommand Append(Guid hotspot, string subject, IMessage payload) => Sql.Statement(
        Insert, Outbox.TypeOf(payload), subject, Sql.Json(Outbox.JsonOf(payload)),
        new NpgsqlParameter { Value = (object?)Activity.Current?.Id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }, hotspot);
}
