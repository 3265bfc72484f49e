using Npgsql;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Objects;

/// <summary>What the database refuses by its constraints, in the words of the fields.</summary>
internal static class ObjectFailures
{
    /// <summary>Null for an unexpected error.</summary>
    public static Refusal? Explain(string word, PostgresException error) => error.SqlState switch
    {
        PostgresErrorCodes.UniqueViolation => Refusal.AlreadyExists(
            $"{word.ToUpperInvariant()}_EXISTS", $"{Unique(error)}: must be a new one; another {word.Replace('_', ' ')} has it"),
        PostgresErrorCodes.ForeignKeyViolation when error.ConstraintName?.EndsWith("_operator_id_fkey", StringComparison.Ordinal) == true && error.TableName != "operators" =>
            Refusal.InvalidArgument("operator_id", "must be the id of an operator"),
        PostgresErrorCodes.CheckViolation when error.ConstraintName == "storage_assets_check" =>
            Refusal.InvalidArgument("current_charge_mwh", "must be at most capacity_mwh"),
        PostgresErrorCodes.CheckViolation when error.ConstraintName == "constraints_can_be_read" =>
            Refusal.InvalidArgument("metadata", "must have in constraints only max_carbon_intensity and min_renewable_mix as numbers, allowed_zones and blocked_zones as lists of texts"),
        _ => null,
    };

    private static string Unique(PostgresException error) => error.ConstraintName switch
    {
        "operators_email_key" => "email",
        "operators_name_key" or "operators_operator_name_key" => "name",
        "users_email_key" or "users_user_email_key" => "user_email",
        "data_centres_dc_id_key" => "dc_id",
        "storage_assets_asset_id_key" => "asset_id",
        "agents_agent_id_key" => "agent_id",
        _ => "name",
    };
}
