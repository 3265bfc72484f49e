using Npgsql;

namespace Pylon.Postgres;

/// <summary>
/// Whose rows a statement may see: those of one operator, for a caller, or all. Pylon's own workers act for all, and so does an admin who
/// names no operator.
/// </summary>
public sealed record Tenant
{
    /// <summary>The operator of everything that names no other.</summary>
    public static readonly Guid BuiltIn = Access.Caller.BuiltInOperator;

    private Tenant(Guid? operatorId) => OperatorId = operatorId;

    /// <summary>The rows of all operators.</summary>
    public static Tenant All { get; } = new(operatorId: null);

    /// <summary>Null for all.</summary>
    public Guid? OperatorId { get; }

    /// <summary>True for the rows of all operators.</summary>
    public bool IsAll => OperatorId is null;

    /// <summary>For a statement: the operator, or NULL for all.</summary>
    public NpgsqlParameter Parameter => Sql.Uuid(OperatorId);

    /// <summary>The rows of one operator.</summary>
    public static Tenant Of(Guid operatorId) => new(operatorId);
}
