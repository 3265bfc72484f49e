using Grpc.Core;
using Pylon.Access;

namespace Pylon.Postgres;

/// <summary>Whose rows a call reads and changes.</summary>
public static class TenantContext
{
    /// <summary>
    /// The operator of the caller. An admin who names no operator acts for all of them; so does everybody while no key is needed, and a
    /// service of Pylon that acts by itself.
    /// </summary>
    public static Tenant Tenant(this ServerCallContext context) => context.Caller().Tenant();

    /// <inheritdoc cref="Tenant(ServerCallContext)"/>
    public static Tenant Tenant(this Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return caller.IsAdmin && caller.OperatorId == Caller.BuiltInOperator ? Postgres.Tenant.All : Postgres.Tenant.Of(caller.OperatorId);
    }
}
