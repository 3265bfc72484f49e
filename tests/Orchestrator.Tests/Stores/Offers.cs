using System.Text.Json;
using Pylon.Common.V1;
using Pylon.Orchestrator.Beckn;
using Pylon.Orchestrator.Flow;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Tests.Stores;

/// <summary>Takes a workload to its three options by the stores alone.</summary>
internal static class Offers
{
    public static readonly Guid Owner = Guid.NewGuid();

    public static Option Bookable(int rank) => new(
        new Recommendation
        {
            Rank = rank,
            GridZoneId = Guid.NewGuid().ToString(),
            GridZoneCode = $"ZONE-{rank}",
            ItemId = $"item-{rank}",
            ProviderId = "provider",
            RenewableMixPercent = 90 - rank,
            CarbonIntensityGco2Kwh = 40,
            Score = 86 - rank,
            Source = RecommendationSource.Beckn,
        },
        new ProviderOffer("bpp.example", "https://bpp.example", JsonDocument.Parse($$"""{"beckn:id":"offer-{{rank}}"}""").RootElement.Clone()));

    public static Option FromGrid(int rank) => Bookable(rank) with { Offer = null };

    /// <summary>The lease under which a claim leaves a workload.</summary>
    public static Lease LeaseOf(WorkloadRecord workload, Guid? owner = null) => new(workload.Id, owner ?? Owner, DateTimeOffset.MaxValue);

    /// <summary>A new workload, claimed.</summary>
    public static async Task<WorkloadRecord> ClaimedAsync(this OrchestratorDatabase database, Guid? owner = null)
    {
        var submitted = await database.SubmitAsync();
        return (await database.ClaimAsync(owner ?? Owner)).Single(w => w.Id == submitted.Id);
    }

    /// <summary>A workload that waits for the choice between two bookable options, the first of them booked, and one from the grid.</summary>
    public static async Task<WorkloadRecord> OfferedAsync(this OrchestratorDatabase database)
    {
        var workload = await database.ClaimedAsync();
        var transaction = workload.TransactionId!.Value;
        var order = Bookings.OrderIdOf(transaction);
        await database.WriteAsync(
            LeaseOf(workload),
            [
                BecknStore.Opening(order, workload.Id, transaction, "item-1"),
                BecknStore.Moving(order, BecknOrder.Confirmed, BecknOrder.Open),
                .. database.Flow.Offer(workload, LeaseOf(workload), [Bookable(1), Bookable(2), FromGrid(3)], order, "three zones", "BUILT_IN"),
            ]);
        return await database.FindAsync(workload.Id);
    }

    public static async Task<bool> ChooseAsync(this OrchestratorDatabase database, Guid id, int rank, bool settled = false)
    {
        var options = await database.Workloads.OptionsOfAsync(id, CancellationToken.None);
        return await database.Workloads.ChooseAsync(await database.FindAsync(id), options.Single(o => o.Recommendation.Rank == rank).Recommendation, settled, CancellationToken.None);
    }

    /// <summary>Lets the lease of a workload end.</summary>
    public static Task ExpireAsync(this OrchestratorDatabase database, Guid id) =>
        database.ExecuteAsync("UPDATE compute_workloads SET due_at = now() - interval '1 ms' WHERE id = $1", id);
}
