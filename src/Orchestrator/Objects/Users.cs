using Google.Protobuf.WellKnownTypes;
using Npgsql;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Orchestrator.Objects;

internal sealed class Users() : Kind<User>("user", "users", "user_email")
{
    public override string Columns => "id, user_email, user_name, operator_id, role, is_active, preferences, metadata, source, created_at, updated_at";

    public override IReadOnlyList<Rule<User>> Rules { get; } =
    [
        new("user_email", m => Field.Email(m.UserEmail, "user_email"), isRequired: true),
        new("user_name", m => Values.Text(m.UserName, "user_name", 200)),
        new("operator_id", m => Field.Uuid(m.OperatorId, "operator_id")),
        new("role", m => RoleName(m.Role)),
        new("is_active", m => m.IsActive),
        new("preferences", m => Preferences(m.Preferences)),
        new("metadata", m => Values.Json(m.Metadata, "metadata")),
    ];

    public static string RoleName(UserRole role) => Field.Known(role, "role").ToString().ToLowerInvariant();

    public override User Read(NpgsqlDataReader row) => new()
    {
        Id = row.Id(0),
        UserEmail = row.Text(1),
        UserName = row.Text(2),
        OperatorId = row.Id(3),
        Role = row.Word<UserRole>(4),
        IsActive = row.GetBoolean(5),
        Preferences = row.Json(6),
        Metadata = row.Json(7),
        Source = row.Source(8),
        CreatedAt = row.Time(9),
        UpdatedAt = row.Time(10),
    };

    public override string KeyOf(User message) => message.UserEmail;

    public override string IdOf(User message) => message.Id;

    private static object Preferences(Struct preferences)
    {
        foreach (var (name, value) in preferences.Fields)
        {
            var (isRight, rule) = name switch
            {
                "max_carbon_intensity" => (value is { KindCase: Value.KindOneofCase.NumberValue, NumberValue: > 0 and <= 100_000 }, "must be a number above 0, at most 100000"),
                "prefer_renewable" => (value.KindCase == Value.KindOneofCase.BoolValue, "must be true or false"),
                "cost_priority" => (value is { KindCase: Value.KindOneofCase.NumberValue, NumberValue: >= 0 and <= 1 }
                    or { KindCase: Value.KindOneofCase.StringValue, StringValue: "low" or "medium" or "high" }, "must be 0 to 1, or low, medium or high"),
                _ => (false, "is not known: must be max_carbon_intensity, prefer_renewable or cost_priority; anything else belongs into metadata"),
            };
            if (!isRight)
                throw Refusal.InvalidArgument($"preferences.{Field.Text(name, "preferences", 0, 100)}", rule).AsException();
        }

        return Values.Json(preferences, "preferences");
    }
}
