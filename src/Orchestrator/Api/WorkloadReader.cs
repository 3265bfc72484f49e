using Pylon.Orchestrator.Runs;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Api;

/// <summary>Reads a workload with its options and its batch run in one round trip.</summary>
internal sealed class WorkloadReader(TenantDatabase database, WorkloadStore workloads, RunStore runs)
{
    /// <summary>The workloads of one operator.</summary>
    public WorkloadReader Of(Tenant tenant) => new(database.Of(tenant), workloads.Of(tenant), runs);

    /// <summary>Null when no row exists or the row cannot be read.</summary>
    public Task<Workload?> FindAsync(Guid id, CancellationToken cancellationToken) => database.ReadAsync(
        workloads.Reading(id).Append(RunStore.Reading(id)),
        async reader =>
        {
            if (await workloads.ReadAsync(reader, cancellationToken) is not { } found)
                return null;
            await reader.NextResultAsync(cancellationToken);
            var run = await runs.ReadAsync(reader, cancellationToken);
            return WorkloadMapping.ToProto(found.Workload, found.Options, MayRun(found.Workload) ? run : null);
        },
        cancellationToken);

    /// <summary>False for a workload without a choice.</summary>
    public static bool MayRun(WorkloadRecord record) => record.ChosenOption is not null;
}
