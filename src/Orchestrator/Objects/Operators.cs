using System.Text.Json;
using Npgsql;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Objects;

internal sealed class Operators() : Kind<Operator>("operator", "operators", "name")
{
    public override string Columns =>
        "id, name, operator_type, email, contact_email, contact_phone, address, region_id, is_active, metadata, source, created_at, updated_at";

    public override IReadOnlyList<Rule<Operator>> Rules { get; } =
    [
        new("name", m => Values.Name(m.Name, "name"), isRequired: true),
        new("operator_type", m => TypeName(m.OperatorType), isRequired: true),
        new("email", m => Field.Email(m.Email, "email")),
        new("contact_email", m => Field.Email(m.ContactEmail, "contact_email")),
        new("contact_phone", m => Values.Text(m.ContactPhone, "contact_phone", 50)),
        new("address", m => Values.Json(m.Address, "address")),
        new("region_id", m => Values.Region(m.RegionId)),
        new("is_active", m => m.IsActive),
        new("metadata", m => Values.Json(m.Metadata, "metadata")),
    ];

    public override string Owner => "id";

    /// <summary>The seeds write the first four in capitals, the others not.</summary>
    public static string TypeName(OperatorType type) =>
        Field.Known(type, "operator_type") <= OperatorType.Aggregator
            ? JsonNamingPolicy.SnakeCaseUpper.ConvertName(type.ToString())
            : JsonNamingPolicy.SnakeCaseLower.ConvertName(type.ToString());

    public override Operator Read(NpgsqlDataReader row)
    {
        var message = new Operator
        {
            Id = row.Id(0),
            Name = row.Text(1),
            OperatorType = row.Word<OperatorType>(2),
            Email = row.Text(3),
            ContactEmail = row.Text(4),
            ContactPhone = row.Text(5),
            Address = row.Json(6),
            IsActive = row.GetBoolean(8),
            Metadata = row.Json(9),
            Source = row.Source(10),
            CreatedAt = row.Time(11),
            UpdatedAt = row.Time(12),
        };
        row.Region(7, region => message.RegionId = region);
        return message;
    }

    public override string KeyOf(Operator message) => message.Name;

    public override string IdOf(Operator message) => message.Id;
}
