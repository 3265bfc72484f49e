using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Api;
using Pylon.Orchestrator.Audit;
using Pylon.Orchestrator.Objects;
using Pylon.Orchestrator.Outcomes;
using Pylon.Orchestrator.Runs;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;
using Status = Pylon.Orchestrator.Workloads.Status;

namespace Pylon.Orchestrator.Registry;

/// <summary>Reads the live state page by page: the grid on the first page, then workloads, the registry kind by kind, and decisions.</summary>
internal sealed class LiveStateReader(
    WorkloadStore workloads,
    RunStore runs,
    OutcomeStore outcomes,
    AuditStore decisions,
    GridService.GridServiceClient grid,
    MarketService.MarketServiceClient market,
    ObjectStore<Operator> operators,
    ObjectStore<User> users,
    ObjectStore<DataCentre> dataCentres,
    ObjectStore<StorageAsset> storageAssets,
    ObjectStore<Agent> agents,
    TimeProvider time)
{
    /// <summary>The largest page in bytes is this and one object; see RegistryFeature.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    private const int DefaultWorkloads = 100;
    private const int DefaultDecisions = 100;
    private const int DefaultObjects = 1000;
    private const int MostObjects = 10_000;
    private const int MostEntries = 500;
    private const int Kinds = 6;

    // Of the whole live state.
    private const int NewestDecisions = 1000;

    // Of one workload: a day of half hours, each with its carbon intensity and its price.
    private const int MostSignals = 96;

    // A link beside the id that it leads to.
    private const int LinkBytes = 60;

    private static readonly IReadOnlyList<string> Live =
        [Status.Queued, Status.Processing, Status.PendingUserChoice, Status.Choosing, Status.Scheduled, Status.Cancelling];

    /// <summary>What is of one operator, in the same state of the grid.</summary>
    public LiveStateReader Of(Tenant tenant) => new(
        workloads.Of(tenant), runs.Of(tenant), outcomes.Of(tenant), decisions.Of(tenant), grid, market,
        operators.Of(tenant), users.Of(tenant), dataCentres.Of(tenant), storageAssets.Of(tenant), agents.Of(tenant), time);

    public async Task<GetLiveStateResponse> ReadAsync(GetLiveStateRequest request, CancellationToken cancellationToken)
    {
        var size = request.PageSize == 0 ? DefaultObjects : Field.Range(request.PageSize, "page_size", 1, MostObjects);
        var mostWorkloads = request.MaxWorkloads != 0 ? Field.Range(request.MaxWorkloads, "max_workloads", 1, MostObjects)
            : request.PageSize == 0 ? DefaultWorkloads : size;
        var from = LivePosition.Decode(request.PageToken);
        var state = new GetLiveStateResponse { AsOf = time.GetUtcNow().ToTimestamp() };
        var rows = new LiveRows();
        await Task.WhenAll(
            from is null ? AskIngestionAsync(state, cancellationToken) : Task.CompletedTask,
            ReadAsync(
                state, rows, from ?? default, size, Math.Min(size, mostWorkloads), request.PageSize == 0 ? DefaultDecisions : size, cancellationToken));
        state.Links.AddRange(Links.Of(state, rows));
        return state;
    }

    private async Task AskIngestionAsync(GetLiveStateResponse state, CancellationToken cancellationToken)
    {
        try
        {
            using var national = grid.GetNationalGridAsync(new GetNationalGridRequest(), cancellationToken: cancellationToken);
            using var regional = grid.ListRegionalGridAsync(new ListRegionalGridRequest(), cancellationToken: cancellationToken);
            using var catalog = market.GetCatalogAsync(new Ingestion.V1.GetCatalogRequest { PageSize = MostEntries }, cancellationToken: cancellationToken);
            state.NationalGrid = (await national).Grid;
            state.Regions.AddRange((await regional).Regions);
            state.Catalog.AddRange((await catalog).Entries);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested && e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            throw Refusal.Unavailable("INGESTION_UNAVAILABLE", "Ingestion is unreachable: the state of the grid cannot be read.", TimeSpan.FromSeconds(1)).AsException();
        }
    }

    private async Task ReadAsync(
        GetLiveStateResponse state, LiveRows rows, LivePosition start, int size, int mostWorkloads, int mostDecisions, CancellationToken cancellationToken)
    {
        var room = new PageRoom(size, MostBytes);
        var position = start.NoMoreWorkloads ? start : await ReadWorkloadsAsync(state, rows, start, mostWorkloads, room, cancellationToken);
        var isFull = false;
        while (!isFull && position.Kind < Kinds)
        {
            var (last, isLast) = position.Kind switch
            {
                0 => await ReadAsync(operators, state.Operators, one => one.Name),
                1 => await ReadAsync(users, state.Users, one => one.UserEmail),
                2 => await ReadAsync(dataCentres, state.DataCentres, one => one.DcId),
                3 => await ReadAsync(storageAssets, state.StorageAssets, one => one.AssetId),
                4 => await ReadAsync(agents, state.Agents, one => one.AgentId),
                _ => await ReadDecisionsAsync(state, rows, position.Key, mostDecisions, room, cancellationToken),
            };
            position = isLast ? position with { Kind = position.Kind + 1, Key = null } : position with { Key = last ?? position.Key };
            isFull = !isLast;
        }

        state.MoreWorkloads = !position.NoMoreWorkloads;
        state.NextPageToken = position.NoMoreWorkloads && position.Kind >= Kinds ? "" : position.Encode();

        async Task<(string? Last, bool IsLast)> ReadAsync<T>(ObjectStore<T> store, RepeatedField<T> into, Func<T, string> key)
            where T : class, IMessage<T>, new()
        {
            // One more than there is room for tells whether more follow.
            var page = await store.PageAsync(position.Key, [], room.Objects + 1, cancellationToken);
            var taken = page.TakeWhile(one => room.Take(one)).ToList();
            into.AddRange(taken);
            return (taken.Count > 0 ? key(taken[^1]) : null, taken.Count == page.Count);
        }
    }

    private async Task<LivePosition> ReadWorkloadsAsync(
        GetLiveStateResponse state, LiveRows rows, LivePosition start, int most, PageRoom room, CancellationToken cancellationToken)
    {
        var page = await workloads.PageAsync(start.Workload, Live, most + 1, cancellationToken);
        // Most of the others have neither options nor a run.
        var options = await workloads.OptionsOfAsync([.. page.Where(w => w.Status is not (Status.Queued or Status.Processing)).Select(w => w.Id)], cancellationToken);
        Guid[] chosen = [.. page.Where(w => w.ChosenOption is not null).Select(w => w.Id)];
        var run = await runs.FindAsync(chosen, cancellationToken);
        var consumed = await outcomes.ConsumedAsync(chosen, MostSignals, cancellationToken);
        foreach (var record in page.Take(most))
        {
            var workload = WorkloadMapping.ToProto(record, options[record.Id], run.GetValueOrDefault(record.Id));
            var signals = consumed[record.Id].ToList();
            if (!room.Take(workload, signals.Sum(signal => LinkBytes + signal.Length)))
                break;
            state.Workloads.Add(workload);
            rows.Workloads.Add((record, signals));
        }

        var last = rows.Workloads.LastOrDefault().Workload;
        return rows.Workloads.Count == page.Count
            ? start with { Workload = null, NoMoreWorkloads = true }
            : start with { Workload = new PageToken(last.SubmittedAt, last.Id) };
    }

    private async Task<(string? Last, bool IsLast)> ReadDecisionsAsync(
        GetLiveStateResponse state, LiveRows rows, string? after, int most, PageRoom room, CancellationToken cancellationToken)
    {
        var page = await decisions.LiveAsync(PageToken.Decode(after ?? ""), NewestDecisions, Math.Min(room.Objects, most) + 1, cancellationToken);
        foreach (var row in page.Take(most))
        {
            var decision = DecisionMapping.ToProto(row);
            if (!room.Take(decision))
                break;
            state.Decisions.Add(decision);
            rows.Decisions.Add(row);
        }

        var last = rows.Decisions.LastOrDefault();
        return (last is null ? null : new PageToken(last.DecidedAt, last.Id).Encode(), rows.Decisions.Count == page.Count);
    }
}
