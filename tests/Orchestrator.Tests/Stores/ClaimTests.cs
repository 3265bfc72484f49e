using System.Collections.Concurrent;

namespace Pylon.Orchestrator.Tests.Stores;

public sealed class ClaimTests
{
    [Fact]
    public async Task OldestIsClaimedFirst()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        foreach (var minutes in new[] { 2, 5, 1, 4, 3 })
            await database.ExecuteAsync("INSERT INTO compute_workloads (workload_name, submitted_at) VALUES ($1, now() - make_interval(mins => $2))", $"w{minutes}", minutes);
        Assert.Equal(["w5", "w4"], (await database.ClaimAsync(Guid.NewGuid(), 2)).Select(w => w.Name));
        Assert.Equal(["w3", "w2", "w1"], (await database.ClaimAsync(Guid.NewGuid(), 5)).Select(w => w.Name));
    }

    [Fact]
    public async Task UrgentIsClaimedFirstButNothingWaitsForever()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        foreach (var (name, urgency, minutes) in new[] { ("old", "LOW", 50), ("medium", "MEDIUM", 30), ("plain", null, 20), ("urgent", "HIGH", 0), ("starved", "LOW", 130), ("second", "HIGH", 10), ("critical", "CRITICAL", 0) })
        {
            await database.ExecuteAsync(
                $"INSERT INTO compute_workloads (workload_name, urgency, submitted_at) VALUES ('{name}', {(urgency is null ? "NULL" : $"'{urgency}'")}, now() - interval '{minutes} minutes')");
        }

        var order = new List<string>();
        for (var n = 0; n < 7; n++)
            order.Add(Assert.Single(await database.ClaimAsync(Guid.NewGuid(), 1)).Name);
        Assert.Equal(["starved", "critical", "second", "urgent", "old", "medium", "plain"], order);
    }

    [Fact]
    public async Task WhatWasBegunAndWhatAUserWaitsForIsClaimedBeforeABacklog()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var orphan = await database.ClaimedAsync(Guid.NewGuid());
        await database.ChooseAsync((await database.OfferedAsync()).Id, 1);
        await database.ExecuteAsync("INSERT INTO compute_workloads (workload_name, urgency, submitted_at) SELECT 'waits', 'CRITICAL', now() - interval '1 day' FROM generate_series(1, 5)");
        await database.ExpireAsync(orphan.Id);

        var claimed = await database.ClaimAsync(Guid.NewGuid(), 4);

        Assert.Equal(["choosing", "processing", "waits", "waits"], claimed.Select(w => w.Name == "waits" ? w.Name : w.Status).Order());
    }

    [Theory]
    [InlineData("HIGH")]
    [InlineData("CRITICAL")]
    public async Task UrgentThatIsQueuedAgainIsStillFirst(string urgency)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        await database.ExecuteAsync("INSERT INTO compute_workloads (workload_name, urgency) VALUES ('urgent', $1)", urgency);
        var urgent = Assert.Single(await database.ClaimAsync(Offers.Owner));
        await database.ExecuteAsync("INSERT INTO compute_workloads (workload_name, submitted_at) VALUES ('older', now() - interval '5 minutes')");
        await database.Flow.ReleaseAsync(Offers.LeaseOf(urgent), CancellationToken.None);
        Assert.Equal("urgent", Assert.Single(await database.ClaimAsync(Guid.NewGuid(), 1)).Name);
    }

    [Fact]
    public async Task ClaimedIsProcessingAndLeased()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var owner = Guid.NewGuid();
        var workload = await database.ClaimedAsync(owner);
        Assert.Equal("processing", workload.Status);
        Assert.Equal(owner, await database.ScalarAsync<Guid>("SELECT lease_owner FROM compute_workloads"));
        Assert.Empty(await database.ClaimAsync(Guid.NewGuid()));
    }

    [Fact]
    public async Task ProcessedWorkloadIsNotClaimed()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        await database.ExecuteAsync("INSERT INTO compute_workloads (workload_name, bpp_processed) VALUES ('done elsewhere', true)");
        Assert.Empty(await database.ClaimAsync(Guid.NewGuid()));
        Assert.Null(await database.Flow.NextDueAsync(CancellationToken.None));
    }

    [Fact]
    public async Task ManyClaimersTakeEachWorkloadOnce()
    {
        const int Workloads = 500;
        const int AtMost = 7;
        await using var database = await OrchestratorDatabase.CreateAsync();
        await database.ExecuteAsync("INSERT INTO compute_workloads (workload_name) SELECT 'w' || n FROM generate_series(1, $1) n", Workloads);
        var claimed = new ConcurrentBag<Guid>();
        var sizes = new ConcurrentBag<int>();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            var owner = Guid.NewGuid();
            while (claimed.Count < Workloads)
            {
                var batch = await database.ClaimAsync(owner, AtMost);
                sizes.Add(batch.Count);
                foreach (var workload in batch)
                    claimed.Add(workload.Id);
            }
        }));

        Assert.Equal(Workloads, claimed.Count);
        Assert.Equal(Workloads, claimed.Distinct().Count());
        Assert.True(sizes.Max() <= AtMost, $"{sizes.Max()} claimed at once");
    }

    [Fact]
    public async Task ClaimTakesNoMoreThanItMayWhateverThePlanIs()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        for (var n = 0; n < 6; n++)
            await database.ChooseAsync((await database.OfferedAsync()).Id, 1, settled: true);
        for (var n = 0; n < 20; n++)
            await database.SubmitAsync();
        await database.PlanNestedLoopsAsync();
        Assert.Equal(2, (await database.ClaimAsync(Guid.NewGuid(), 2)).Count);
        Assert.Equal(2, (await database.Runs.ClaimAsync(Guid.NewGuid(), TimeSpan.FromMinutes(1), 2, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task LockedRowIsPassedBy()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var first = await database.SubmitAsync("first");
        var second = await database.SubmitAsync("second");
        await using var other = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var command = new Npgsql.NpgsqlCommand($"SELECT FROM compute_workloads WHERE id = '{first.Id}' FOR UPDATE", other, transaction))
            await command.ExecuteNonQueryAsync();
        Assert.Equal([second.Id], (await database.ClaimAsync(Guid.NewGuid())).Select(w => w.Id));
    }

    [Fact]
    public async Task ExpiredLeaseIsReclaimed()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var (former, next) = (Guid.NewGuid(), Guid.NewGuid());
        var workload = await database.ClaimedAsync(former);
        var transaction = workload.TransactionId!.Value;
        await database.ExpireAsync(workload.Id);

        var taken = Assert.Single(await database.ClaimAsync(next));
        Assert.Equal((workload.Id, "processing", transaction), (taken.Id, taken.Status, taken.TransactionId!.Value));
        Assert.False(await database.Flow.RenewAsync(Offers.LeaseOf(workload, former), TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.True(await database.Flow.RenewAsync(Offers.LeaseOf(workload, next), TimeSpan.FromMinutes(1), CancellationToken.None));
    }

    [Fact]
    public async Task RenewedLeaseIsNotReclaimed()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var owner = Guid.NewGuid();
        var workload = await database.ClaimedAsync(owner);
        await database.ExpireAsync(workload.Id);
        Assert.True(await database.Flow.RenewAsync(Offers.LeaseOf(workload, owner), TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.Empty(await database.ClaimAsync(Guid.NewGuid()));
    }

    [Fact]
    public async Task ReleasedWorkloadIsClaimableAtOnce()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var owner = Guid.NewGuid();
        var workload = await database.ClaimedAsync(owner);
        await database.Flow.ReleaseAsync(Offers.LeaseOf(workload, Guid.NewGuid()), CancellationToken.None);
        Assert.Empty(await database.ClaimAsync(Guid.NewGuid()));
        await database.Flow.ReleaseAsync(Offers.LeaseOf(workload, owner), CancellationToken.None);
        Assert.Equal(workload.Id, Assert.Single(await database.ClaimAsync(Guid.NewGuid())).Id);
    }

    [Fact]
    public async Task ReleasedChoiceIsSignalledToOthers()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var offered = await database.OfferedAsync();
        await database.ChooseAsync(offered.Id, 2);
        await database.ClaimAsync(Offers.Owner);
        await using var listener = await database.DataSource.OpenConnectionAsync();
        await using (var command = new Npgsql.NpgsqlCommand("LISTEN workload_due", listener))
            await command.ExecuteNonQueryAsync();
        await database.Flow.ReleaseAsync(Offers.LeaseOf(offered), CancellationToken.None);
        Assert.True(await listener.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task NextDueIsTheEndOfALeaseOrTheNextAttempt()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        Assert.Null(await database.Flow.NextDueAsync(CancellationToken.None));
        await database.ClaimedAsync();
        Assert.InRange((await database.Flow.NextDueAsync(CancellationToken.None))!.Value, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1));
        await database.SubmitAsync();
        Assert.True(await database.Flow.NextDueAsync(CancellationToken.None) <= TimeSpan.Zero);
    }
}
