namespace Pylon.Postgres;

/// <summary>
/// The roles with which a service acts for a caller (<see cref="TenantDatabase"/>); made before a migration
/// that has the line <see cref="Needed"/>.
/// </summary>
internal static class CallerRoles
{
    private const string Needed = "-- Needs the roles of callers.";

    /// <summary>
    /// Roles belong to the server: another database may make the same ones at the same moment. A policy counts for those who inherit from its
    /// role, so the services are members of pylon_caller through a role that does not inherit: they may act as it and are else as before.
    /// </summary>
    public const string Make =
        """
        DO $$
        DECLARE
            step text;
        BEGIN
            IF to_regrole('pylon_actor') IS NULL OR NOT pg_has_role(current_user, 'pylon_actor', 'MEMBER') THEN
                FOREACH step IN ARRAY ARRAY['CREATE ROLE pylon_caller NOLOGIN', 'CREATE ROLE pylon_actor NOLOGIN NOINHERIT', 'GRANT pylon_caller TO pylon_actor',
                    format('GRANT pylon_actor TO %I', current_user)]
                LOOP
                    BEGIN
                        EXECUTE step;
                    EXCEPTION
                        WHEN duplicate_object OR unique_violation THEN
                            NULL;
                        WHEN insufficient_privilege THEN
                            RAISE EXCEPTION 'the role % may not make the roles of callers: let an administrator run CREATE ROLE pylon_caller NOLOGIN; CREATE ROLE pylon_actor NOLOGIN NOINHERIT; GRANT pylon_caller TO pylon_actor; GRANT pylon_actor TO %',
                                current_user, current_user USING ERRCODE = 'insufficient_privilege';
                    END;
                END LOOP;
            END IF;
        END $$
        """;

    /// <summary>True for a migration that says so.</summary>
    public static bool AreNeededBy(Migration migration) => migration.Sql.Contains(Needed, StringComparison.Ordinal);
}
