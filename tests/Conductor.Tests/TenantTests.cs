using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Pylon.Conductor.Batches;
using Pylon.Conductor.V1;
using Pylon.Events.V1;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Conductor.Tests;

/// <summary>A batch is of one operator, in memory and in the stores.</summary>
[Collection(MetricsGroup.Name)]
public abstract class TenantTests : IAsyncLifetime
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(3);
    private readonly Guid _ours = Guid.NewGuid();
    private readonly Guid _theirs = Guid.NewGuid();

    private protected ConductorService Service { get; set; } = null!;

    public abstract Task InitializeAsync();

    public virtual async Task DisposeAsync() => await Service.DisposeAsync();

    [Fact]
    public async Task EveryRpcKnowsNothingOfABatchOfAnotherOperator()
    {
        await Service.Pipelines.DefinePipelineAsync(new() { BatchId = "theirs", RequestedPipeline = "nlp" }, CallerByHeader.Of(_theirs));
        await Service.Pipelines.ReportPhaseAsync(Report("theirs"), CallerByHeader.Of(_theirs));
        foreach (var method in PipelineService.Descriptor.Methods)
        {
            IMessage request = method.InputType.Name switch
            {
                nameof(DefinePipelineRequest) => new DefinePipelineRequest { RequestedPipeline = "nlp" },
                nameof(ReportPhaseRequest) => Report(""),
                _ => method.InputType.Parser.ParseFrom(ByteString.Empty),
            };
            var path = EveryRpc.IdsOf(method.InputType).FirstOrDefault(path => path[^1].Name == "batch_id");
            if (path is not null)
                EveryRpc.Set(request, path, "theirs");
            var (answers, status) = await EveryRpc.CallAsync(Service.Invoker, method, request, CallerByHeader.Of(_ours), Bound);
            if (method.Name != nameof(PipelineService.PipelineServiceClient.ListPipelines))
                Assert.DoesNotContain(answers, answer => $"{answer}".Contains("theirs", StringComparison.Ordinal));
            // Who watches waits for a batch that it does not know, until the call is over.
            if (method.IsServerStreaming)
                Assert.Empty(answers);
            else if (path is not null)
                Assert.Equal(StatusCode.NotFound, status.StatusCode);
        }

        var batch = (await Service.Pipelines.GetBatchAsync(new() { BatchId = "theirs" }, CallerByHeader.Of(_theirs))).Batch;
        Assert.Single(batch.Definitions);
        Assert.Equal("theirs", Assert.Single((await Service.Pipelines.ListBatchesAsync(new(), CallerByHeader.Of(_theirs))).Batches).BatchId);
        Assert.Single((await Service.Pipelines.ListBatchesAsync(new())).Batches);
    }

    [Fact]
    public async Task ABatchIsOfTheFirstWhoNamesItAndOfOneOnly()
    {
        var answers = await Task.WhenAll(new[] { _ours, _theirs, _ours, _theirs }.Select(async operatorId =>
        {
            try
            {
                await Service.Pipelines.ReportPhaseAsync(Report("one"), CallerByHeader.Of(operatorId));
                return (operatorId, StatusCode.OK);
            }
            catch (RpcException e)
            {
                return (operatorId, e.StatusCode);
            }
        }));
        Assert.Single(answers.Where(answer => answer.Item2 == StatusCode.OK).Select(answer => answer.operatorId).Distinct());
        Assert.All(answers.Where(answer => answer.Item2 != StatusCode.OK), answer => Assert.Equal(StatusCode.NotFound, answer.Item2));
    }

    [Fact]
    public async Task WhoActsForAllDefinesForAnOperator()
    {
        await Service.Pipelines.DefinePipelineAsync(new() { BatchId = "w", RequestedPipeline = "nlp", OperatorId = $"{_ours}" });
        await Service.Pipelines.ReportPhaseAsync(Report("w"), CallerByHeader.Of(_ours));
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await Service.Pipelines.ReportPhaseAsync(Report("w"), CallerByHeader.Of(_theirs)))).StatusCode);
        var refused = await Assert.ThrowsAsync<RpcException>(
            async () => await Service.Pipelines.DefinePipelineAsync(new() { BatchId = "v", RequestedPipeline = "nlp", OperatorId = $"{_ours}" }, CallerByHeader.Of(_theirs)));
        Assert.Equal((StatusCode.InvalidArgument, true), (refused.StatusCode, refused.Status.Detail.Contains("operator_id", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ABatchWithoutAnOperatorIsTheBuiltInOperators()
    {
        await Service.Pipelines.ReportPhaseAsync(Report("plain"));
        Assert.Equal("plain", (await Service.Pipelines.GetBatchAsync(new() { BatchId = "plain" }, CallerByHeader.Of(Tenant.BuiltIn))).Batch.BatchId);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await Service.Pipelines.GetBatchAsync(new() { BatchId = "plain" }, CallerByHeader.Of(_ours)))).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await Service.Pipelines.ReportPhaseAsync(Report("plain"), CallerByHeader.Of(_ours)))).StatusCode);
    }

    [Fact]
    public async Task AnEventIsOfTheOperatorOfItsBatch()
    {
        await MakeAsync("ours", CallerByHeader.Of(_ours));
        await MakeAsync("of nobody", []);
        await MakeAsync("built-in", CallerByHeader.Of(Tenant.BuiltIn));
        await Service.Pipelines.DefinePipelineAsync(new() { BatchId = "theirs", RequestedPipeline = "nlp", OperatorId = $"{_theirs}" });

        var events = await EventsAsync();

        string[] types = ["pylon.batch.phase_progressed.v1", "pylon.batch.phase_skipped.v1", "pylon.batch.pipeline_defined.v1"];
        Assert.Equal(types, events.Where(each => each.Subject == "ours").Select(each => each.Type).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(
            [("built-in", ""), ("of nobody", ""), ("ours", $"{_ours}"), ("theirs", $"{_theirs}")],
            events.Select(each => (each.Subject, each.OperatorId)).Distinct().OrderBy(each => each.Subject, StringComparer.Ordinal));

        async Task MakeAsync(string batch, Metadata caller)
        {
            await Service.Pipelines.ReportPhaseAsync(new() { BatchId = batch, Phase = "spellcheck", Status = PhaseStatus.Success }, caller);
            await Service.Pipelines.DefinePipelineAsync(new() { BatchId = batch, RequestedPipeline = "nlp" }, caller);
        }
    }

    private protected abstract Task<IReadOnlyList<Event>> EventsAsync();

    private static ReportPhaseRequest Report(string batch) => new() { BatchId = batch, Phase = "spellcheck", EntityId = "e1", Status = PhaseStatus.Success };
}

public sealed class MemoryTenantTests : TenantTests
{
    public override async Task InitializeAsync() => Service = await ConductorService.StartAsync("--BCS_USE_MOCK_REPOSITORY=true");

    private protected override Task<IReadOnlyList<Event>> EventsAsync() => Task.FromResult(((MemoryBatches)Service.Batches).Events);
}

public sealed class StoredTenantTests : TenantTests
{
    private TestDatabase _database = null!;

    public override async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        Service = await ConductorService.StartOnAsync(_database.Uri, (await TestRedis.CreateAsync()).ConnectionString);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task AWorkerGetsThePartsOfItsOperatorAlone()
    {
        var (ours, theirs) = (Guid.NewGuid(), Guid.NewGuid());
        var (we, they) = (CallerByHeader.Of(ours), CallerByHeader.Of(theirs));
        await Service.Pipelines.DefinePipelineAsync(Order("theirs", theirs));
        await Service.Pipelines.DefinePipelineAsync(Order("nobody's"));
        await Service.Work.JoinWorkAsync(Joins("their-job"), they);
        Assert.Empty((await Service.Work.ClaimWorkAsync(Claims, we)).Claims);
        var held = Assert.Single((await Service.Work.ClaimWorkAsync(Claims, they)).Claims);
        Assert.Equal("theirs", held.BatchId);

        // The token alone is no right.
        var renewal = new RenewWorkRequest { Worker = "w", Renewals = { new Renewal { Token = held.Token } } };
        Assert.Empty((await Service.Work.RenewWorkAsync(renewal, we)).Renewed);
        await NotFoundAsync(() => Service.Work.CompleteWorkAsync(new() { Token = held.Token, BatchId = held.BatchId, Phase = held.Phase, Part = held.Part }, we));
        await NotFoundAsync(() => Service.Work.FailWorkAsync(new() { Token = held.Token, BatchId = held.BatchId, Phase = held.Phase, Part = held.Part }, we));
        await NotFoundAsync(() => Service.Work.WithdrawWorkAsync(new() { BatchId = held.BatchId, Revision = 9 }, we));
        await NotFoundAsync(() => Service.Work.ListWorkAsync(new() { BatchId = held.BatchId }, we));
        await NotFoundAsync(() => Service.Work.ListWorkAsync(new() { BatchId = "unknown" }, we));
        Assert.Empty((await Service.Work.ListWorkersAsync(new(), we)).Workers);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await Service.Work.CheckJobAsync(new() { Job = "their-job" }, we));
        Assert.StartsWith("job ", refused.Status.Detail, StringComparison.Ordinal);

        // One of the same name is another worker.
        await Service.Work.JoinWorkAsync(Joins("our-job"), we);
        Assert.Equal("our-job", Assert.Single(Assert.Single((await Service.Work.ListWorkersAsync(new(), we)).Workers).Jobs).Name);
        var worker = Assert.Single((await Service.Work.ListWorkersAsync(new(), they)).Workers);
        Assert.Equal(("their-job", 1), (Assert.Single(worker.Jobs).Name, worker.Running));
        Assert.Equal("w", (await Service.Work.ListWorkAsync(new() { BatchId = held.BatchId }, they)).Parts[0].Worker);

        Assert.Single((await Service.Work.RenewWorkAsync(renewal, they)).Renewed);
        Assert.True((await Service.Work.CompleteWorkAsync(new() { Token = held.Token, BatchId = held.BatchId, Phase = held.Phase, Part = held.Part }, they)).Changed);
        // Who acts for all gets the rest, of every operator.
        Assert.Equal(["nobody's", "theirs"], (await Service.Work.ClaimWorkAsync(Claims)).Claims.Select(claim => claim.BatchId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task WorkThatIsWithdrawnBeforeItIsKnownStaysItsOperators()
    {
        var ours = Guid.NewGuid();
        await Service.Work.WithdrawWorkAsync(new() { BatchId = "b", Revision = 1, OperatorId = $"{ours}" });
        await Service.Pipelines.DefinePipelineAsync(Order("b", ours, revision: 2));
        Assert.Single((await Service.Work.ClaimWorkAsync(Claims, CallerByHeader.Of(ours))).Claims);
    }

    [Fact]
    public async Task AStatementWithoutWhereShowsNothingOfAnotherOperator()
    {
        var (ours, theirs) = (Guid.NewGuid(), Guid.NewGuid());
        foreach (var (operatorId, name) in new[] { (ours, "ours"), (theirs, "theirs") })
        {
            await Service.Pipelines.DefinePipelineAsync(new() { BatchId = name, RequestedPipeline = "nlp" }, CallerByHeader.Of(operatorId));
            await Service.Pipelines.ReportPhaseAsync(new() { BatchId = name, Phase = "spellcheck", EntityId = "e", Status = PhaseStatus.Success }, CallerByHeader.Of(operatorId));
            await Service.Pipelines.DefinePipelineAsync(Order(name, operatorId, revision: 1));
            await _database.ExecuteAsync(
                $"INSERT INTO conductor.dead_letters (id, topic, position, format, event_id, batch_id, reason, attempts, original, first_failed_at, last_failed_at) VALUES (gen_random_uuid(), 't', '{name}', 'event', '', '{name}', 'x', 1, '', now(), now())");
        }

        await using var source = _database.DataSource("conductor");
        var everything = new TenantDatabase(source, Tenant.All);
        foreach (var table in new[] { "batches", "phase_reports", "definitions", "dead_letters", "batch_owners", "work", "work_parts" })
        {
            Assert.Equal(["ours", "theirs"], (await everything.ListAsync($"SELECT DISTINCT batch_id FROM {table}", row => row.GetString(0), default)).Order());
            Assert.Equal(["ours"], await everything.Of(Tenant.Of(ours)).ListAsync($"SELECT DISTINCT batch_id FROM {table}", row => row.GetString(0), default));
        }
    }

    private protected override Task<IReadOnlyList<Event>> EventsAsync() => Service.EventsAsync();

    private static ClaimWorkRequest Claims => new() { Worker = "w", Jobs = { "primes" }, MaxParts = 10 };

    private static DefinePipelineRequest Order(string batch, Guid? operatorId = null, long revision = 1) => new()
    {
        BatchId = batch,
        RequestedPipeline = "compute_evaluation",
        TotalEntities = 1,
        OperatorId = $"{operatorId}",
        Work = new WorkOrder { Revision = revision, Job = "primes" },
    };

    private static JoinWorkRequest Joins(string job) => new() { Worker = new Worker { Name = "w", Jobs = { new WorkerJob { Name = job } } } };

    private static async Task NotFoundAsync<T>(Func<AsyncUnaryCall<T>> call) =>
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await call())).StatusCode);
}
