using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Audit;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Registry;

/// <summary>The links from the objects of a page of the live state. Pure.</summary>
internal sealed class Links
{
    private readonly List<Link> _links = [];
    private readonly HashSet<(ObjectKind, string)> _here = [];

    /// <param name="state">The page.</param>
    /// <param name="rows">What it was made of.</param>
    public static IReadOnlyList<Link> Of(GetLiveStateResponse state, LiveRows rows)
    {
        var links = new Links();
        links.Note(state);
        links.AddGrid(state);
        links.AddRegistry(state);
        foreach (var (workload, (record, signals)) in state.Workloads.Zip(rows.Workloads))
            links.Add(workload, record, signals);
        foreach (var decision in rows.Decisions)
            links.Add(decision);
        return links._links;
    }

    private void Note(GetLiveStateResponse state)
    {
        _here.UnionWith(state.Regions.Select(r => (ObjectKind.Region, $"{r.RegionId}")));
        _here.UnionWith(ZonesOf(state).Select(z => (ObjectKind.GridZone, z.Id)));
        _here.UnionWith(state.Operators.Select(o => (ObjectKind.Operator, o.Id)));
        _here.UnionWith(state.Users.Select(u => (ObjectKind.User, u.Id)));
        _here.UnionWith(state.DataCentres.Select(d => (ObjectKind.DataCentre, d.Id)));
        _here.UnionWith(state.Agents.Select(a => (ObjectKind.Agent, a.Id)));
        // Only decisions lead to them.
        if (state.Decisions.Count > 0)
            _here.UnionWith(state.Workloads.Select(w => (ObjectKind.Workload, w.Id)));
    }

    private void AddGrid(GetLiveStateResponse state)
    {
        foreach (var zone in ZonesOf(state).DistinctBy(z => z.Id).Where(z => z.HasRegionId))
            Add(LinkType.LocatedIn, ObjectKind.GridZone, zone.Id, ObjectKind.Region, $"{zone.RegionId}");
        foreach (var window in state.Catalog.Select(c => c.Window))
            Add(LinkType.LocatedIn, ObjectKind.ComputeWindow, window.Id, ObjectKind.GridZone, window.GridZoneId);
    }

    private void AddRegistry(GetLiveStateResponse state)
    {
        foreach (var user in state.Users)
            Add(LinkType.MemberOf, ObjectKind.User, user.Id, ObjectKind.Operator, user.OperatorId);
        foreach (var one in state.DataCentres)
        {
            Add(LinkType.OwnedBy, ObjectKind.DataCentre, one.Id, ObjectKind.Operator, one.OperatorId);
            Add(LinkType.LocatedIn, ObjectKind.DataCentre, one.Id, ObjectKind.Region, one.HasRegionId ? $"{one.RegionId}" : "");
        }

        foreach (var one in state.StorageAssets)
        {
            Add(LinkType.OwnedBy, ObjectKind.StorageAsset, one.Id, ObjectKind.Operator, one.OperatorId);
            Add(LinkType.LocatedIn, ObjectKind.StorageAsset, one.Id, ObjectKind.Region, one.HasRegionId ? $"{one.RegionId}" : "");
        }

        foreach (var agent in state.Agents)
            Add(LinkType.OwnedBy, ObjectKind.Agent, agent.Id, ObjectKind.Operator, agent.OperatorId);
    }

    private void Add(Workload workload, WorkloadRecord record, IReadOnlyList<string> signals)
    {
        foreach (var option in workload.Recommendations)
        {
            var type = option.Rank == workload.ChosenOption ? LinkType.ScheduledIn : LinkType.RecommendedIn;
            Add(type, ObjectKind.Workload, workload.Id, ObjectKind.GridZone, option.GridZoneId);
        }

        Add(LinkType.OwnedBy, ObjectKind.Workload, workload.Id, ObjectKind.Operator, $"{record.OperatorId}");
        Add(LinkType.SubmittedBy, ObjectKind.Workload, workload.Id, ObjectKind.User, $"{record.UserId}");
        Add(LinkType.HostedAt, ObjectKind.Workload, workload.Id, ObjectKind.DataCentre, $"{record.HostDcId}");
        foreach (var signal in signals)
            Add(LinkType.Consumed, ObjectKind.Workload, workload.Id, ObjectKind.Signal, signal);
    }

    // What was deleted is named by the decision, and no link leads to it.
    private void Add(LiveDecision decision)
    {
        Lead(decision.HasAgent, LinkType.DecidedBy, ObjectKind.Agent, decision.AgentId);
        Lead(decision.HasWorkload, LinkType.About, ObjectKind.Workload, decision.WorkloadId);
        Lead(decision.HasSourceDc, LinkType.ShiftsFrom, ObjectKind.DataCentre, decision.SourceDcId);
        Lead(decision.HasTargetDc, LinkType.ShiftsTo, ObjectKind.DataCentre, decision.TargetDcId);

        void Lead(bool exists, LinkType type, ObjectKind kind, Guid? id) =>
            Add(type, ObjectKind.Decision, $"{decision.Id}", kind, exists ? $"{id}" : "");
    }

    // Without an id there is nothing to lead to.
    private void Add(LinkType type, ObjectKind fromKind, string fromId, ObjectKind toKind, string toId)
    {
        if (toId.Length > 0)
            _links.Add(new Link { Type = type, FromKind = fromKind, FromId = fromId, ToKind = toKind, ToId = toId, LeadsOffPage = !_here.Contains((toKind, toId)) });
    }

    private static IEnumerable<GridZone> ZonesOf(GetLiveStateResponse state) =>
        state.Regions.Select(r => r.GridZone).Concat(state.Catalog.Select(c => c.GridZone)).OfType<GridZone>();
}
