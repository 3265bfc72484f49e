using Npgsql;
using NpgsqlTypes;

namespace Pylon.Postgres.Tests;

public sealed class RowStatementTests
{
    private static readonly RowStatement A = new("a", NpgsqlDbType.Integer);
    private static readonly RowStatement B = new("b", NpgsqlDbType.Integer);
    private static readonly RowStatement C = new("c", NpgsqlDbType.Text, NpgsqlDbType.Uuid);

    [Fact]
    public void RowsOfOneStatementAreTogether() =>
        Assert.Equal(["a 1 2 3 4", "b 1 2"], Written([A.Row(1), A.Row(2), B.Row(1)], [A.Row(3), A.Row(4), B.Row(2)]));

    [Fact]
    public void RowsOfOneChangeKeepTheirOrder() =>
        Assert.Equal(["a 1", "b 2", "a 3"], Written([A.Row(1), B.Row(2), A.Row(3)]));

    [Fact]
    public void ChangesInTheOppositeOrderDoNotWaitForEachOther() =>
        Assert.Equal(["a 1", "b 2 3", "a 4"], Written([A.Row(1), B.Row(2)], [B.Row(3), A.Row(4)]));

    [Fact]
    public void StatementThatMostChangesHaveNextIsFirst() =>
        Assert.Equal(["a 1 2", "b 9 3 4"], Written([B.Row(9)], [A.Row(1), B.Row(3)], [A.Row(2), B.Row(4)]));

    [Fact]
    public void NothingIsNoStatement() => Assert.Empty(RowStatement.Together([[], []]));

    [Fact]
    public void NullsAreNull()
    {
        var command = C.Row(null, null).Command();
        Assert.Null(Assert.Single(Assert.IsType<string?[]>(command.Parameters[0].Value)));
        Assert.Null(Assert.Single(Assert.IsType<Guid?[]>(command.Parameters[1].Value)));
    }

    [Fact]
    public void RowOfAnotherLengthIsRefused() => Assert.Throws<ArgumentException>(() => A.Row(1, 2));

    private static IEnumerable<string> Written(params IReadOnlyList<StatementRow>[] changes) =>
        RowStatement.Together(changes).Select(c => $"{c.CommandText} {string.Join(' ', (int?[])((NpgsqlParameter)c.Parameters[0]).Value!)}");
}
