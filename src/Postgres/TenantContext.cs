using Grpc.Core;
using Pylon.Access;

namespace Pylon.Postgres;

/// <summary>Whose rows a call reads and changes.</summary>
public static class TenantContext
{
    /// <summary>What <see cref="Caller.Sees"/> says.</summary>
    public static Tenant Tenant(this ServerCallContext context) => context.Caller().Sees is { } operatorId ? Postgres.Tenant.Of(operatorId) : Postgres.Tenant.All;
}
