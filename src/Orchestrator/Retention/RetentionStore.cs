using Npgsql;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Retention;

/// <summary>
/// Removes what is over. Each statement takes a limited number of rows, the oldest first, and passes by those that another
/// instance has locked; it returns how many it took.
/// </summary>
internal sealed class RetentionStore(NpgsqlDataSource database)
{
    // The catalogue is most of a message. The row stays: a late callback still finds what it belongs to.
    private const string EmptyAnswers =
        """
        WITH old AS MATERIALIZED (
            SELECT m.message_id FROM beckn_messages m JOIN compute_workloads w ON w.id = m.workload_id
            WHERE m.created_at < now() - $1 AND m.answered_at < now() - $1 AND NOT m.answer_removed
              AND w.status IN ('scheduled', 'cancelled') AND w.updated_at < now() - $1
            ORDER BY m.created_at
            LIMIT $2
            FOR UPDATE OF m SKIP LOCKED)
        UPDATE beckn_messages m SET answer = '{}', answer_removed = true FROM old WHERE m.message_id = old.message_id
        """;

    private const string DeleteMessages =
        """
        WITH old AS MATERIALIZED (
            SELECT m.message_id FROM beckn_messages m JOIN compute_workloads w ON w.id = m.workload_id
            WHERE m.created_at < now() - $1 AND w.status IN ('scheduled', 'cancelled') AND w.updated_at < now() - $1
            ORDER BY m.created_at
            LIMIT $2
            FOR UPDATE OF m SKIP LOCKED)
        DELETE FROM beckn_messages m USING old WHERE m.message_id = old.message_id
        """;

    private const string DeleteNotifications =
        """
        WITH old AS MATERIALIZED (
            SELECT id FROM workload_notifications WHERE created_at < now() - $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
        DELETE FROM workload_notifications n USING old WHERE n.id = old.id
        """;

    public Task<int> EmptyAnswersAsync(TimeSpan kept, int atMost, CancellationToken cancellationToken) =>
        database.ExecuteAsync(EmptyAnswers, cancellationToken, kept, atMost);

    public Task<int> DeleteMessagesAsync(TimeSpan kept, int atMost, CancellationToken cancellationToken) =>
        database.ExecuteAsync(DeleteMessages, cancellationToken, kept, atMost);

    public Task<int> DeleteNotificationsAsync(TimeSpan kept, int atMost, CancellationToken cancellationToken) =>
        database.ExecuteAsync(DeleteNotifications, cancellationToken, kept, atMost);
}
