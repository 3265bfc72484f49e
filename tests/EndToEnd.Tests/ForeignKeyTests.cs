using Pylon.EndToEnd.Tests.Stacks;

namespace Pylon.EndToEnd.Tests;

/// <summary>Of every service, after all migrations.</summary>
public sealed class ForeignKeyTests(SharedStack stack) : SharedStackTests(stack)
{
    // The first columns of an index are those of the key, in any order; a partial one may leave out only rows without the key.
    // The 18 regions are part of a migration and are never deleted, so nothing looks for the rows of one that is.
    private const string WithoutIndex =
        """
        SELECT c.conrelid::regclass || ': ' || pg_get_constraintdef(c.oid) FROM pg_constraint c
        WHERE c.contype = 'f' AND c.conparentid = 0 AND c.confrelid <> 'ingestion.regions'::regclass AND NOT EXISTS (
            SELECT FROM pg_index i
            CROSS JOIN LATERAL (SELECT (i.indkey::int2[])[0:cardinality(c.conkey) - 1] AS first) columns
            WHERE i.indrelid = c.conrelid AND i.indisvalid AND first @> c.conkey AND first <@ c.conkey
                AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = (
                    SELECT '(' || string_agg(format('%I IS NOT NULL', a.attname), ' AND ') || ')' FROM pg_attribute a
                    WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey))))
        """;

    [Fact]
    public async Task EveryForeignKeyHasAnIndex()
    {
        string[] schemas = ["conductor", "ingestion", "insights", "orchestrator"];

        // Of each service there is a table, so none is left out.
        Assert.Equal(schemas.Length, await Stack.Database.CountAsync("SELECT count(DISTINCT schemaname) FROM pg_tables WHERE schemaname = ANY ($1)", (object)schemas));
        Assert.Empty(await Stack.Database.QueryAsync(WithoutIndex));
    }
}
