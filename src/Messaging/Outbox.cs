using System.Collections.Frozen;
using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Npgsql;
using NpgsqlTypes;
using Pylon.Events.V1;
using Pylon.Postgres;

namespace Pylon.Messaging;

/// <summary>
/// Events that commit together with the change that they describe. Every service has a table of its own
/// (<c>Migrations/0001_outbox.sql</c>); <see cref="OutboxRelay"/> publishes its rows on the event stream.
/// </summary>
public static class Outbox
{
    /// <summary>The table that says which migrations of the outbox a schema has; see <see cref="Migrator"/>.</summary>
    public const string MigrationHistory = "outbox_migrations";

    private const string Insert =
        """
        INSERT INTO outbox (topic, type, subject, payload, traceparent) VALUES ($1, $2, $3, $4, $5)
        """;

    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    private static readonly FrozenDictionary<MessageDescriptor, FieldDescriptor> DataFields = Event.Descriptor.Oneofs
        .Single(o => o.Name == "data").Fields.ToFrozenDictionary(f => f.MessageType);

    /// <summary>The same as one of the statements of a batch, in the transaction of the change that it describes.</summary>
    /// <inheritdoc cref="InsertAsync"/>
    public static NpgsqlBatchCommand Append(string topic, string subject, IMessage payload) =>
        Sql.Statement(Insert, topic, TypeOf(payload), subject, Sql.Json(JsonOf(payload)), TraceParent());

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
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Append(topic, subject, payload) } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
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

    private static NpgsqlParameter TraceParent() => new() { Value = (object?)Activity.Current?.Id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static FieldDescriptor FieldOf(IMessage payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        return DataFields.TryGetValue(payload.Descriptor, out var field)
            ? field
            : throw new ArgumentException($"{payload.Descriptor.FullName} is not a payload of {Event.Descriptor.FullName}.", nameof(payload));
    }
}
