namespace Pylon.Access;

/// <summary>Who makes a call.</summary>
/// <param name="Id">The id of its key, the subject of its token, or the name of a service of Pylon.</param>
/// <param name="OperatorId">The operator whose data it reads and changes.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="IsInternal">True for a service of Pylon that acts by itself.</param>
public sealed record Caller(string Id, Guid OperatorId, IReadOnlySet<Scope> Scopes, bool IsInternal = false)
{
    /// <summary>The operator of everything that names no other; its row is in the tables from the first migration on.</summary>
    public static readonly Guid BuiltInOperator = Guid.Empty;

    /// <summary>Who calls while no key is needed: the built-in operator, with all scopes.</summary>
    public static Caller Open { get; } = new("anonymous", BuiltInOperator, Scope.Every);

    /// <summary>A service of Pylon that acts by itself.</summary>
    public static Caller Service(string name) => new(name, BuiltInOperator, Scope.Every, IsInternal: true);

    /// <summary>True for a caller that belongs to no operator and may act for each.</summary>
    public bool IsAdmin => Scopes.Contains(Scope.Admin);

    /// <summary>
    /// The operator whose data it sees; null for those of all. That is an admin who names no operator, everybody while no key is needed,
    /// and a service of Pylon that acts by itself.
    /// </summary>
    public Guid? Sees => IsAdmin && OperatorId == BuiltInOperator ? null : OperatorId;
}
