using Npgsql;
using NpgsqlTypes;

namespace Pylon.Postgres;

/// <summary>
/// A statement that writes any number of rows: its n-th parameter is the array of their n-th values, which it unnests. What PostgreSQL
/// does for a statement, such as reading the CHECKs of its table, it does once for all of them.
/// </summary>
/// <param name="sql">The same for one row and for many, so it is prepared once.</param>
/// <param name="types">Of the values of a row.</param>
public sealed class RowStatement(string sql, params NpgsqlDbType[] types)
{
    // A plan for arrays is else made anew whenever they have few values, and one that was made for an empty table reads all of it later.
    private const string KeepPlans =
        """
        SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
            set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
        """;

    /// <summary>First in a transaction: its statements find their rows by keys, and each is planned once for any number of rows.</summary>
    public static NpgsqlBatchCommand KeepingPlans() => Sql.Statement(KeepPlans);

    /// <summary>One row of it; null is NULL.</summary>
    public StatementRow Row(params object?[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Length == types.Length ? new StatementRow(this, values) : throw new ArgumentException($"{types.Length} values are needed", nameof(values));
    }

    /// <summary>
    /// The statements that write these rows, as few as there may be: the rows of one change keep their order, those of different changes
    /// do not depend on one another.
    /// </summary>
    public static IEnumerable<NpgsqlBatchCommand> Together(IEnumerable<IReadOnlyList<StatementRow>> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var left = changes.Select(rows => new Queue<StatementRow>(rows)).Where(rows => rows.Count > 0).ToList();
        while (left.Count > 0)
        {
            // The one that the most changes have next.
            var statement = left.CountBy(rows => rows.Peek().Statement).MaxBy(next => next.Value).Key;
            var together = new List<StatementRow>();
            foreach (var rows in left)
            {
                while (rows.TryPeek(out var row) && row.Statement == statement)
                    together.Add(rows.Dequeue());
            }

            left.RemoveAll(rows => rows.Count == 0);
            yield return statement.Command(together);
        }
    }

    internal NpgsqlBatchCommand Command(IReadOnlyList<StatementRow> rows)
    {
        var command = new NpgsqlBatchCommand(sql);
        for (var i = 0; i < types.Length; i++)
            command.Parameters.Add(new NpgsqlParameter { Value = Column(rows, i), NpgsqlDbType = NpgsqlDbType.Array | types[i] });
        return command;
    }

    private Array Column(IReadOnlyList<StatementRow> rows, int column) => types[column] switch
    {
        NpgsqlDbType.Uuid => Values<Guid?>(rows, column),
        NpgsqlDbType.Integer => Values<int?>(rows, column),
        NpgsqlDbType.Double => Values<double?>(rows, column),
        NpgsqlDbType.TimestampTz => Values<DateTime?>(rows, column),
        _ => Values<string?>(rows, column),
    };

    private static T[] Values<T>(IReadOnlyList<StatementRow> rows, int column)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = (T)rows[i].Values[column]!;
        return values;
    }
}

/// <summary>A row of a <see cref="RowStatement"/>. It may be written again after a failure.</summary>
/// <param name="Statement">What writes it.</param>
/// <param name="Values">In the order of its parameters.</param>
public sealed record StatementRow(RowStatement Statement, IReadOnlyList<object?> Values)
{
    /// <summary>The statement for this row alone.</summary>
    public NpgsqlBatchCommand Command() => Statement.Command([this]);
}
