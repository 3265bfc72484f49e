using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Npgsql;
using NpgsqlTypes;
using Pylon.Events.V1;
using Pylon.Postgres;

namespace Pylon.Messaging;

/// <summary>
/// Events that commit together with the state they tell of. Every service has a table of its own, made by its
/// migrations as <see cref="TableSql"/>; <see cref="OutboxRelay"/> takes the rows to the event stream.
/// </summary>
public static class Outbox
{
    /// <summary>
    /// What a migration of the schema <c>SCHEMA</c> says. The payload is the proto3 JSON of
    /// <see cref="Event"/> with only its data, for example <c>{"workload_queued": {"workload_id": "…"}}</c>, so triggers
    /// and psql can write events too. The order of <c>seq</c> is the order of the events of one subject as long as who
    /// writes them holds a lock of that subject, such as its row's.
    /// </summary>
    public const string TableSql =
        """
        CREATE TABLE outbox (
            seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
            topic text NOT NULL,
            type text NOT NULL,
            subject text NOT NULL,
            time timestamptz NOT NULL DEFAULT clock_timestamp(),
            payload jsonb NOT NULL,
            published_at timestamptz
        );
        CREATE INDEX outbox_unpublished ON outbox (seq) WHERE published_at IS NULL;
        CREATE FUNCTION notify_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('SCHEMA_outbox', '');
            RETURN NULL;
        END $$;
        CREATE TRIGGER outbox_inserted AFTER INSERT ON outbox
            FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox();
        """;

    private const string Insert =
        """
        INSERT INTO outbox (topic, type, subject, payload) VALUES ($1, $2, $3, $4)
        """;

    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    private static readonly FrozenDictionary<MessageDescriptor, FieldDescriptor> DataFields = Event.Descriptor.Oneofs
        .Single(o => o.Name == "data").Fields.ToFrozenDictionary(f => f.MessageType);

    /// <summary>The same as one of the statements of a batch, in the transaction of the change that it tells of.</summary>
    /// <inheritdoc cref="InsertAsync"/>
    public static NpgsqlBatchCommand Append(string topic, string subject, IMessage payload) =>
        Sql.Statement(Insert, topic, TypeOf(payload), subject, Sql.Json(JsonOf(payload)));

    /// <summary>
    /// Appends an event to the outbox of the connection's search path, in the transaction that the connection is in.
    /// </summary>
    /// <param name="connection">Open, and in a transaction unless the event stands for itself.</param>
    /// <param name="topic">For example <c>workloads</c>.</param>
    /// <param name="subject">The id of what the event is about.</param>
    /// <param name="payload">One of the messages of <see cref="Event"/>'s <c>data</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task InsertAsync(
        NpgsqlConnection connection, string topic, string subject, IMessage payload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await using var command = new NpgsqlCommand(Insert, connection)
        {
            Parameters =
            {
                new() { Value = topic },
                new() { Value = TypeOf(payload) },
                new() { Value = subject },
                new() { Value = JsonOf(payload), NpgsqlDbType = NpgsqlDbType.Jsonb },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// The CloudEvents type of a payload: what it is about, what happened, the version of its package. The field
    /// <c>workload_step_completed</c> of v1 gives <c>pylon.workload.step_completed.v1</c>.
    /// </summary>
    public static string TypeOf(IMessage payload)
    {
        var field = FieldOf(payload);
        var package = field.MessageType.File.Package;
        var underscore = field.Name.IndexOf('_', StringComparison.Ordinal);
        return $"pylon.{field.Name[..underscore]}.{field.Name[(underscore + 1)..]}{package[package.LastIndexOf('.')..]}";
    }

    /// <summary>The payload column: the event's JSON with nothing but its data.</summary>
    public static string JsonOf(IMessage payload)
    {
        var wrapped = new Event();
        FieldOf(payload).Accessor.SetValue(wrapped, payload);
        return Json.Format(wrapped);
    }

    /// <summary>Puts a payload into an event.</summary>
    public static void SetData(Event target, IMessage payload) => FieldOf(payload).Accessor.SetValue(target, payload);

    private static FieldDescriptor FieldOf(IMessage payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        return DataFields.TryGetValue(payload.Descriptor, out var field)
            ? field
            : throw new ArgumentException($"{payload.Descriptor.FullName} is not a payload of {Event.Descriptor.FullName}.", nameof(payload));
    }
}
