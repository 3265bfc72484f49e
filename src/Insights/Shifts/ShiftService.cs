using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Common.V1;
using Pylon.Insights.V1;
using Pylon.Postgres;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Insights.Shifts;

/// <summary>The gRPC service of shift proposals.</summary>
internal sealed class ShiftService(ShiftStore store, ShiftMaker maker) : V1.ShiftService.ShiftServiceBase
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    public override async Task<ListShiftProposalsResponse> ListShiftProposals(ListShiftProposalsRequest request, ServerCallContext context)
    {
        if (request.Status.Length > 0 && !ProposalRow.States.Contains(request.Status))
            throw Refusal.InvalidArgument("status", $"must be {string.Join(", ", ProposalRow.States)}, or empty").AsException();
        var rows = await store.Of(context.Tenant()).ListAsync(
            Field.OptionalUuid(request.HotspotId, "hotspot_id"),
            Field.OptionalUuid(request.WorkloadId, "workload_id"),
            request.Status,
            request.Limit == 0 ? DefaultLimit : Field.Range(request.Limit, "limit", 1, MaxLimit),
            context.CancellationToken);
        return new ListShiftProposalsResponse { Proposals = { rows.Select(ToProto) } };
    }

    public override async Task<ProposeShiftsResponse> ProposeShifts(ProposeShiftsRequest request, ServerCallContext context)
    {
        var id = Field.Uuid(request.HotspotId, "hotspot_id");
        var hotspot = await store.Of(context.Tenant()).FindHotspotAsync(id, context.CancellationToken) ?? throw Refusal.NotFound("hotspot", id).AsException();
        if (!hotspot.IsOpen)
            throw Refusal.FailedPrecondition("HOTSPOT_OVER", $"the hotspot is {hotspot.Status}: it must be open or acknowledged").AsException();
        if (!hotspot.IsShiftable)
            throw Refusal.FailedPrecondition("NOT_SHIFTABLE", $"the hotspot is of a {hotspot.EntityType}: it must be of a data_centre or a region").AsException();
        ShiftRound round;
        try
        {
            round = await maker.ProposeAsync(hotspot, context.CancellationToken);
        }
        catch (RpcException e) when (!context.CancellationToken.IsCancellationRequested)
        {
            throw Refusal.Unavailable("ORCHESTRATOR_UNAVAILABLE", $"the Orchestrator does not answer: {e.Status.Detail}").AsException();
        }

        var open = await store.Of(context.Tenant()).ListAsync(id, null, ProposalRow.Proposed, MaxLimit, context.CancellationToken);
        return new ProposeShiftsResponse { Proposals = { open.Select(ToProto) }, Workloads = round.Workloads, LeftOut = { round.LeftOut } };
    }

    public override async Task<ChooseShiftProposalResponse> ChooseShiftProposal(ChooseShiftProposalRequest request, ServerCallContext context)
    {
        var id = Field.Uuid(request.Id, "id");
        var user = Field.Text(request.UserId, "user_id", 0, 200);
        var began = await store.Of(context.Tenant()).BeginAsync(id, user, context.CancellationToken);
        var proposal = await store.Of(context.Tenant()).FindAsync(id, context.CancellationToken) ?? throw Refusal.NotFound("shift_proposal", id).AsException();
        if (!began && (proposal.Status is not (ProposalRow.Choosing or ProposalRow.Chosen) || proposal.DecidedBy != user))
            throw AlreadyDecided(proposal);
        if (proposal.Status == ProposalRow.Choosing)
        {
            await ShiftAsync(proposal, context.CancellationToken);
            proposal = await store.Of(context.Tenant()).FindAsync(id, context.CancellationToken) ?? proposal;
        }

        return new ChooseShiftProposalResponse { Proposal = ToProto(proposal) };
    }

    private async Task ShiftAsync(ProposalRow proposal, CancellationToken cancellationToken)
    {
        try
        {
            if (await maker.ShiftAsync(proposal, cancellationToken) is { } reason)
                throw Refusal.FailedPrecondition("SHIFT_REFUSED", $"the Orchestrator refuses the shift: {reason}").AsException();
        }
        catch (RpcException) when (!cancellationToken.IsCancellationRequested)
        {
            // It stays choosing, and the answer says so; the worker goes on.
        }
    }

    private static RefusalException AlreadyDecided(ProposalRow proposal) => (Refusal.AlreadyExists(
        "ALREADY_DECIDED",
        $"the proposal is {proposal.Status}{(proposal.DecidedBy.Length > 0 ? $" by {proposal.DecidedBy}" : "")}{(proposal.DecidedAt is { } at ? $" since {at:yyyy-MM-dd HH:mm:ss} UTC" : "")}") with
    {
        Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["status"] = proposal.Status, ["user_id"] = proposal.DecidedBy },
    }).AsException();

    private static ShiftProposal ToProto(ProposalRow row) => new()
    {
        Id = row.Id.ToString(),
        HotspotId = row.HotspotId.ToString(),
        WorkloadId = row.WorkloadId.ToString(),
        WorkloadName = row.WorkloadName,
        Status = row.Status,
        Reason = row.Reason,
        WindowBefore = new Window { StartTime = row.StartBefore.ToTimestamp(), EndTime = row.EndBefore.ToTimestamp() },
        RegionBefore = row.RegionBefore,
        Option = row.Option,
        Window = new Window { StartTime = row.StartTime.ToTimestamp(), EndTime = row.EndTime.ToTimestamp() },
        RegionId = row.RegionId,
        EnergyKwh = row.EnergyKwh,
        EnergyBasis = System.Enum.TryParse<EnergyBasis>(row.EnergyBasis, out var basis) ? basis : EnergyBasis.Unspecified,
        BeforeKg = row.BeforeKg,
        AfterKg = row.AfterKg,
        SavingKg = row.BeforeKg - row.AfterKg,
        SavingPercent = row.BeforeKg > 0 ? (row.BeforeKg - row.AfterKg) / row.BeforeKg * 100 : 0,
        ExpectedSavingKg = row.ExpectedSavingKg,
        CreatedAt = row.CreatedAt.ToTimestamp(),
        DecidedBy = row.DecidedBy,
        DecidedAt = row.DecidedAt?.ToTimestamp(),
    };
}
