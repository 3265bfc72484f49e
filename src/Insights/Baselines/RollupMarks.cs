using Npgsql;
using Pylon.Postgres;

namespace Pylon.Insights.Baselines;

/// <summary>How far the passes over changed roll-ups are. Only the holder of a pass's lock may move its mark.</summary>
internal sealed class RollupMarks(NpgsqlDataSource database)
{
    /// <summary>The pass that looks for hotspots.</summary>
    public const string Scan = "scan";

    /// <summary>The pass that makes baselines.</summary>
    public const string Baselines = "baselines";

    // A pass that was killed keeps its target. A mark above the transactions of this server is of another one, of which
    // this is a copy: everything is read again.
    private const string Begin =
        """
        UPDATE rollup_marks SET
            changed_by = CASE WHEN changed_by > pg_snapshot_xmax(pg_current_snapshot()) THEN '0' ELSE changed_by END,
            after_entity = CASE WHEN target IS NULL OR target > pg_snapshot_xmax(pg_current_snapshot()) THEN 0 ELSE after_entity END,
            target = CASE WHEN target IS NULL OR target > pg_snapshot_xmax(pg_current_snapshot()) THEN pg_snapshot_xmin(pg_current_snapshot()) ELSE target END
        WHERE pass = $1
        RETURNING changed_by, target, after_entity
        """;

    private const string Move = "UPDATE rollup_marks SET after_entity = $2 WHERE pass = $1";

    private const string Finish = "UPDATE rollup_marks SET changed_by = target, target = NULL, after_entity = 0 WHERE pass = $1 AND target IS NOT NULL";

    /// <summary>Begins a pass, or goes on with the one that did not end.</summary>
    public async Task<RollupPass> BeginAsync(string pass, CancellationToken cancellationToken) =>
        (await database.Command(Begin, pass).ListAsync(
            row => new RollupPass(row.GetFieldValue<ulong>(0), row.GetFieldValue<ulong>(1), row.GetInt64(2)), cancellationToken)).Single();

    /// <summary>A statement of the transaction that did the entities up to this one.</summary>
    public static NpgsqlBatchCommand MoveTo(string pass, long entity) => Sql.Statement(Move, pass, entity);

    public Task FinishAsync(string pass, CancellationToken cancellationToken) => database.ExecuteAsync(Finish, cancellationToken, pass);
}
