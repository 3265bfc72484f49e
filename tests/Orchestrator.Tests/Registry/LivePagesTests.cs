using Pylon.Orchestrator.Registry;
using Pylon.Orchestrator.Tests.Running;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Registry;

public sealed class LivePagesTests
{
    // 12 workloads, 4 operators, 5 users, 6 data centres, 3 storage assets and 2 agents, all linked.
    private const string Objects =
        """
        INSERT INTO operators (name, operator_type) SELECT 'operator ' || n, 'enterprise' FROM generate_series(1, 4) n;
        INSERT INTO users (email, operator_id) SELECT n || '@example.org', (SELECT id FROM operators WHERE name = 'operator ' || (1 + n % 4)) FROM generate_series(1, 5) n;
        INSERT INTO data_centres (dc_id, name, operator_id, region_id) SELECT 'DC-' || n, 'x', (SELECT id FROM operators WHERE name = 'operator 1'), n FROM generate_series(1, 6) n;
        INSERT INTO storage_assets (asset_id, name, capacity_mwh, operator_id, region_id) SELECT 'S' || n, 'x', 1, (SELECT id FROM operators WHERE name = 'operator 2'), n FROM generate_series(1, 3) n;
        INSERT INTO agents (agent_id, name, agent_type, operator_id) SELECT 'A' || n, 'x', 'GRID_OPERATOR', (SELECT id FROM operators WHERE name = 'operator 3') FROM generate_series(1, 2) n;
        INSERT INTO compute_workloads (workload_name, bpp_processed, user_email, operator_id, host_dc_id, source)
        SELECT 'w' || n, true, (1 + n % 5) || '@example.org', (SELECT id FROM operators WHERE name = 'operator 4'), (SELECT id FROM data_centres WHERE dc_id = 'DC-3'), 'synthetic'
        FROM generate_series(1, 12) n;
        """;

    // Four: about a workload that is live, one that was cancelled, one that was deleted with the agent and the data centre, and none.
    private const string Decisions =
        """
        SET session_replication_role = replica;
        INSERT INTO compute_workloads (job_id, workload_name, bpp_processed, status) VALUES ('cancelled', 'cancelled', true, 'cancelled'), ('gone', 'gone', true, 'cancelled');
        RESET session_replication_role;
        INSERT INTO agents (agent_id, name, agent_type) VALUES ('gone', 'x', 'GRID_OPERATOR');
        INSERT INTO data_centres (dc_id, name) VALUES ('gone', 'x');
        INSERT INTO orchestration_decisions (decision_id, decision_type, reasoning, agent_id, workload_id, source_dc_id, target_dc_id)
        SELECT v.decision, 'SHIFT_REGION', 'because', (SELECT id FROM agents WHERE agent_id = v.agent), (SELECT id FROM compute_workloads WHERE workload_name = v.workload),
            (SELECT id FROM data_centres WHERE dc_id = v.source), (SELECT id FROM data_centres WHERE dc_id = v.target)
        FROM (VALUES ('live', 'A1', 'w1', 'DC-1', 'DC-2'), ('cancelled', 'A2', 'cancelled', 'gone', 'DC-3'), ('gone', 'gone', 'gone', 'DC-1', 'gone'), ('none', NULL, NULL, NULL, NULL)) v (decision, agent, workload, source, target);
        DELETE FROM compute_workloads WHERE workload_name = 'gone';
        DELETE FROM agents WHERE agent_id = 'gone';
        DELETE FROM data_centres WHERE dc_id = 'gone';
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(31)]
    [InlineData(10_000)]
    public async Task PagesHaveEveryObjectOnceAndEveryLinkLeadsToOne(int size)
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.Database.ExecuteAsync(Objects);
        await stack.Database.ExecuteAsync(Decisions);
        // Each workload has its decision by the Orchestrator, beside those of the test.
        await Eventually.True(async () => await stack.Database.ScalarAsync<long>("SELECT count(*) FROM workload_notifications WHERE NOT processed") == 0);

        var pages = await ReadAsync(stack, new GetLiveStateRequest { PageSize = size });

        Assert.All(pages, page => Assert.InRange(Ids(page).Count(), 1, size));
        var ids = pages.SelectMany(Ids).ToList();
        // The Orchestrator itself is an agent beside those of the test.
        var expected = 30 + (int)await stack.Database.ScalarAsync<long>("SELECT (SELECT count(*) FROM agents) + (SELECT count(*) FROM orchestration_decisions)");
        Assert.Equal((expected, expected), (ids.Count, ids.Distinct().Count()));
        Assert.All(pages.Skip(1), page => Assert.Null(page.NationalGrid));
        AssertLinksLead(pages, await IdAsync("compute_workloads", "workload_name = 'cancelled'"));
        await AssertDecisionsAsync();
        var links = pages.SelectMany(page => page.Links).CountBy(link => (link.Type, link.FromKind)).ToDictionary();
        Assert.Equal(
            (12, 12, 12, 5, 6, 6, 3, 2),
            (links[(LinkType.HostedAt, ObjectKind.Workload)], links[(LinkType.SubmittedBy, ObjectKind.Workload)], links[(LinkType.OwnedBy, ObjectKind.Workload)],
                links[(LinkType.MemberOf, ObjectKind.User)], links[(LinkType.OwnedBy, ObjectKind.DataCentre)], links[(LinkType.LocatedIn, ObjectKind.DataCentre)],
                links[(LinkType.OwnedBy, ObjectKind.StorageAsset)], links[(LinkType.OwnedBy, ObjectKind.Agent)]));
        if (pages.Count == 1)
            Assert.Equal([LinkType.About], pages[0].Links.Where(link => link.LeadsOffPage).Select(link => link.Type).Distinct());

        async Task AssertDecisionsAsync()
        {
            var found = pages.SelectMany(page => page.Links).Where(link => link.FromKind == ObjectKind.Decision).ToLookup(link => link.FromId, link => (link.Type, link.ToKind, link.ToId));
            var (live, cancelled) = (await IdAsync("orchestration_decisions", "decision_id = 'live'"), await IdAsync("orchestration_decisions", "decision_id = 'cancelled'"));
            var (gone, none) = (await IdAsync("orchestration_decisions", "decision_id = 'gone'"), await IdAsync("orchestration_decisions", "decision_id = 'none'"));
            Assert.Equal(
                [
                    (LinkType.DecidedBy, ObjectKind.Agent, await IdAsync("agents", "agent_id = 'A1'")), (LinkType.About, ObjectKind.Workload, await IdAsync("compute_workloads", "workload_name = 'w1'")),
                    (LinkType.ShiftsFrom, ObjectKind.DataCentre, await IdAsync("data_centres", "dc_id = 'DC-1'")), (LinkType.ShiftsTo, ObjectKind.DataCentre, await IdAsync("data_centres", "dc_id = 'DC-2'")),
                ],
                found[live]);
            Assert.Equal([LinkType.DecidedBy, LinkType.About, LinkType.ShiftsTo], found[cancelled].Select(link => link.Type));
            Assert.Equal([LinkType.ShiftsFrom], found[gone].Select(link => link.Type));
            Assert.Empty(found[none]);
            // The log keeps what was deleted.
            Assert.NotEmpty(pages.SelectMany(page => page.Decisions).Single(one => one.Id == gone).WorkloadId);
        }

        Task<string> IdAsync(string table, string where) => stack.Database.ScalarAsync<string>($"SELECT id::text FROM {table} WHERE {where}")!;
    }

    [Fact]
    public async Task LiveStateHasTheNewestThousandDecisions()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.Database.ExecuteAsync("INSERT INTO orchestration_decisions (decision_type, reasoning, decided_at) SELECT 'SCALE_UP', 'n' || n, now() - n * interval '1 minute' FROM generate_series(1, 1010) n");

        var first = await stack.Registry.GetLiveStateAsync(new GetLiveStateRequest());
        var pages = await ReadAsync(stack, new GetLiveStateRequest { PageSize = 333 });

        Assert.Equal((100, true), (first.Decisions.Count, first.NextPageToken.Length > 0));
        Assert.Equal(Enumerable.Range(1, 1000).Select(n => $"n{n}"), pages.SelectMany(page => page.Decisions).Select(one => one.Reasoning));
        Assert.All(pages.SelectMany(page => page.Decisions), one => Assert.Null(one.AlternativesConsidered));
        var poll = await ReadAsync(stack, new GetLiveStateRequest());
        Assert.Equal(1000, poll.SelectMany(page => page.Decisions).DistinctBy(one => one.Id).Count());
    }

    [Fact]
    public async Task WorkloadLeadsToTheLatestSignalsThatItConsumed()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.Database.ExecuteAsync(
            """
            SET session_replication_role = replica;
            INSERT INTO compute_workloads (job_id, workload_name, bpp_processed, status, chosen_option, recommended_1_grid_zone_id, recommended_2_grid_zone_id, recommended_3_grid_zone_id)
            VALUES ('ran', 'ran', true, 'scheduled', 1, gen_random_uuid(), gen_random_uuid(), gen_random_uuid());
            RESET session_replication_role;
            """);
        await stack.Database.ExecuteAsync(
            """
            INSERT INTO workload_energy_consumption (workload_id, phase, period_start, period_end, energy_consumed_kwh, estimated, regional_signal_id, grid_signal_id)
            SELECT w.id, p, t, t + interval '30 minutes', 1, false, 'CarbonIntensity:13:' || to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"'),
                CASE WHEN p = 'train' THEN 'MarketIndexPrice:' || to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') END
            FROM compute_workloads w, unnest(ARRAY['prepare', 'train']) p, generate_series(timestamptz '2026-03-04 10:00Z', '2026-03-05 12:00Z', '30 minutes') t
            WHERE workload_name = 'ran'
            """);

        var state = await stack.Registry.GetLiveStateAsync(new GetLiveStateRequest());

        var links = state.Links.Where(link => link.Type == LinkType.Consumed).ToList();
        // A day of half hours: each once, though two phases ran in it.
        var day = Enumerable.Range(0, 48).Select(n => new DateTime(2026, 3, 5, 12, 0, 0).AddMinutes(-30 * n)).ToList();
        Assert.Equal(day.SelectMany(t => new[] { $"CarbonIntensity:13:{t:yyyy-MM-ddTHH:mm}Z", $"MarketIndexPrice:{t:yyyy-MM-ddTHH:mm}Z" }), links.Select(link => link.ToId));
        Assert.All(links, link => Assert.Equal((state.Workloads[0].Id, ObjectKind.Signal, true), (link.FromId, link.ToKind, link.LeadsOffPage)));
    }

    [Fact]
    public async Task PageOfNoSizeHasTheNewestWorkloadsBesideTheRegistry()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.Database.ExecuteAsync(Objects);

        var first = await stack.Registry.GetLiveStateAsync(new GetLiveStateRequest { MaxWorkloads = 3 });
        var pages = await ReadAsync(stack, new GetLiveStateRequest { MaxWorkloads = 3 });

        Assert.Equal((3, true, 4, 5, 14), (first.Workloads.Count, first.MoreWorkloads, first.Operators.Count, first.Users.Count, first.Regions.Count));
        Assert.Equal((4, 12), (pages.Count, pages.Sum(page => page.Workloads.Count)));
        Assert.False(pages[^1].MoreWorkloads);
        Assert.All(first.Workloads, workload => Assert.Equal(RecordSource.Synthetic, workload.Source));
        AssertLinksLead(pages);
    }

    [Fact]
    public async Task PageEndsWhenItIsFullOfBytes()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.Database.ExecuteAsync(
            "INSERT INTO compute_workloads (workload_name, bpp_processed, llm_select_init_confirm) SELECT 'w' || n, true, repeat('€', 100000) FROM generate_series(1, 100) n");
        var channelLimit = 2 * LiveStateReader.MostBytes;

        var pages = await ReadAsync(stack, new GetLiveStateRequest { PageSize = 10_000 });

        Assert.True(pages.Count > 1);
        Assert.All(pages, page => Assert.InRange(page.CalculateSize(), 1, channelLimit));
        Assert.Equal(100, pages.Sum(page => page.Workloads.Count));
    }

    [Theory]
    [InlineData("", false, 0, "")]
    [InlineData("", true, 3, "a key with spaces")]
    [InlineData("w", false, 5, "")]
    public void PositionIsReadAsItIsWritten(string workload, bool done, int kind, string key)
    {
        var position = new LivePosition(workload.Length > 0 ? new PageToken(DateTimeOffset.UnixEpoch, Guid.NewGuid()) : null, done, kind, key.Length > 0 ? key : null);

        Assert.Equal(position, LivePosition.Decode(position.Encode()));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("- one")]
    [InlineData("nonsense 1")]
    public void PositionThatNobodyWroteIsRefused(string text) => Assert.Throws<RefusalException>(() => LivePosition.Decode(PageToken.EncodeText(text)));

    private static async Task<IReadOnlyList<GetLiveStateResponse>> ReadAsync(OrchestratorStack stack, GetLiveStateRequest request)
    {
        var pages = new List<GetLiveStateResponse>();
        do
        {
            var page = await stack.LargeRegistry.GetLiveStateAsync(request);
            pages.Add(page);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return pages;
    }

    private static IEnumerable<(ObjectKind Kind, string Id)> Ids(GetLiveStateResponse page) =>
    [
        .. page.Workloads.Select(one => (ObjectKind.Workload, one.Id)),
        .. page.Operators.Select(one => (ObjectKind.Operator, one.Id)),
        .. page.Users.Select(one => (ObjectKind.User, one.Id)),
        .. page.DataCentres.Select(one => (ObjectKind.DataCentre, one.Id)),
        .. page.StorageAssets.Select(one => (ObjectKind.StorageAsset, one.Id)),
        .. page.Agents.Select(one => (ObjectKind.Agent, one.Id)),
        .. page.Decisions.Select(one => (ObjectKind.Decision, one.Id)),
    ];

    private static IEnumerable<(ObjectKind Kind, string Id)> GridOf(GetLiveStateResponse page) =>
    [
        .. page.Regions.Select(one => (ObjectKind.Region, $"{one.RegionId}")),
        .. page.Regions.Select(one => (ObjectKind.GridZone, one.GridZone.Id)),
        .. page.Catalog.Select(one => (ObjectKind.GridZone, one.GridZone.Id)),
        .. page.Catalog.Select(one => (ObjectKind.ComputeWindow, one.Window.Id)),
    ];

    // A link begins on its page, and ends there or, when it says so, on another.
    private static void AssertLinksLead(IReadOnlyList<GetLiveStateResponse> pages, params string[] endedWorkloads)
    {
        var everything = pages.SelectMany(page => Ids(page).Concat(GridOf(page))).Concat(endedWorkloads.Select(id => (ObjectKind.Workload, id))).ToHashSet();
        foreach (var page in pages)
        {
            var here = Ids(page).Concat(GridOf(page)).ToHashSet();
            foreach (var link in page.Links)
            {
                Assert.Contains((link.FromKind, link.FromId), here);
                Assert.Contains((link.ToKind, link.ToId), everything);
                Assert.Equal(here.Contains((link.ToKind, link.ToId)), !link.LeadsOffPage);
            }
        }
    }
}
