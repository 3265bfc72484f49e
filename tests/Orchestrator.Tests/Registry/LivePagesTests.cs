using Pylon.Orchestrator.Registry;
using Pylon.Orchestrator.Tests.Running;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;

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

        var pages = await ReadAsync(stack, new GetLiveStateRequest { PageSize = size });

        Assert.All(pages, page => Assert.InRange(Ids(page).Count(), 1, size));
        var ids = pages.SelectMany(Ids).ToList();
        // The Orchestrator itself is an agent beside those of the test.
        var expected = 30 + (int)await stack.Database.ScalarAsync<long>("SELECT count(*) FROM agents");
        Assert.Equal((expected, expected), (ids.Count, ids.Distinct().Count()));
        Assert.All(pages.Skip(1), page => Assert.Null(page.NationalGrid));
        AssertLinksLead(pages);
        var links = pages.SelectMany(page => page.Links).CountBy(link => (link.Type, link.FromKind)).ToDictionary();
        Assert.Equal(
            (12, 12, 12, 5, 6, 6, 3, 2),
            (links[(LinkType.HostedAt, ObjectKind.Workload)], links[(LinkType.SubmittedBy, ObjectKind.Workload)], links[(LinkType.OwnedBy, ObjectKind.Workload)],
                links[(LinkType.MemberOf, ObjectKind.User)], links[(LinkType.OwnedBy, ObjectKind.DataCentre)], links[(LinkType.LocatedIn, ObjectKind.DataCentre)],
                links[(LinkType.OwnedBy, ObjectKind.StorageAsset)], links[(LinkType.OwnedBy, ObjectKind.Agent)]));
        if (pages.Count == 1)
            Assert.DoesNotContain(pages[0].Links, link => link.LeadsOffPage);
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
    ];

    private static IEnumerable<(ObjectKind Kind, string Id)> GridOf(GetLiveStateResponse page) =>
    [
        .. page.Regions.Select(one => (ObjectKind.Region, $"{one.RegionId}")),
        .. page.Regions.Select(one => (ObjectKind.GridZone, one.GridZone.Id)),
        .. page.Catalog.Select(one => (ObjectKind.GridZone, one.GridZone.Id)),
        .. page.Catalog.Select(one => (ObjectKind.ComputeWindow, one.Window.Id)),
    ];

    // A link begins on its page, and ends there or, when it says so, on another.
    private static void AssertLinksLead(IReadOnlyList<GetLiveStateResponse> pages)
    {
        var everything = pages.SelectMany(page => Ids(page).Concat(GridOf(page))).ToHashSet();
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
