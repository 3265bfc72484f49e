using Npgsql;

namespace Pylon.Postgres;

/// <summary>
/// The role of a service whose tables belong to another one. The migrations make it when it is missing, and give it SELECT,
/// INSERT, UPDATE and DELETE on the tables of the schema. It may act as the role of callers. A table with a trigger of the name <c>append_only</c> gives it SELECT
/// and INSERT, one with <c>owner_only</c> SELECT.
/// </summary>
internal sealed record ServiceRole(string Name, string? Password)
{
    // Settings carry the values, because a DO block has no parameters. Roles belong to the server and not to the database, so
    // another database's start may make the same role at the same moment.
    private const string Values =
        "SELECT set_config('pylon.role', $1, true), set_config('pylon.password', $2, true), set_config('pylon.schema', $3, true)";

    private const string Grant =
        """
        DO $$
        DECLARE
            role text := current_setting('pylon.role');
            schema text := current_setting('pylon.schema');
            relation record;
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
                BEGIN
                    EXECUTE format('CREATE ROLE %I LOGIN', role);
                    IF current_setting('pylon.password') <> '' THEN
                        EXECUTE format('ALTER ROLE %I PASSWORD %L', role, current_setting('pylon.password'));
                    END IF;
                EXCEPTION WHEN duplicate_object OR unique_violation THEN
                    NULL;
                END;
            END IF;
            EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', schema, role);
            EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I', schema, role);
            FOR relation IN
                SELECT c.oid::regclass AS name, CASE
                    WHEN bool_or(t.tgname = 'owner_only') OR c.relname LIKE '%\_migrations' THEN 'SELECT'
                    WHEN bool_or(t.tgname = 'append_only') THEN 'SELECT, INSERT'
                    ELSE 'SELECT, INSERT, UPDATE, DELETE' END AS rights
                FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid
                WHERE c.relnamespace = schema::regnamespace AND c.relkind IN ('r', 'p', 'v')
                GROUP BY c.oid, c.relname
            LOOP
                EXECUTE format('REVOKE ALL ON %s FROM %I', relation.name, role);
                EXECUTE format('GRANT %s ON %s TO %I', relation.rights, relation.name, role);
            END LOOP;
            -- To act as a caller (TenantDatabase).
            IF to_regrole('pylon_actor') IS NOT NULL AND NOT pg_has_role(role, 'pylon_actor', 'MEMBER') THEN
                BEGIN
                    EXECUTE format('GRANT pylon_actor TO %I', role);
                EXCEPTION WHEN unique_violation THEN
                    NULL;
                END;
            END IF;
        END $$
        """;

    /// <summary>Null when both are the same role.</summary>
    public static ServiceRole? Of(NpgsqlConnectionStringBuilder service, NpgsqlConnectionStringBuilder owner) =>
        service.Username is { Length: > 0 } name && name != owner.Username ? new ServiceRole(name, service.Password) : null;

    /// <summary>Makes the role and gives it its rights, in one transaction.</summary>
    public async Task GrantAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands = { Sql.Statement(Values, Name, Password ?? "", schema), new NpgsqlBatchCommand(Grant) },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
