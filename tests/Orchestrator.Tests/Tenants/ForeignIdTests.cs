using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Tenants;

/// <summary>Every rpc of the Orchestrator, as its descriptors have it, by a caller who names what is another operator's.</summary>
public sealed class ForeignIdTests(TenantStack tenants) : IClassFixture<TenantStack>
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    // It takes signed messages of providers and knows no caller.
    private const string OfProviders = "ReceiveCallback";

    private static readonly ServiceDescriptor[] Services =
    [
        V1.WorkloadService.Descriptor, V1.BecknService.Descriptor, V1.RegistryService.Descriptor, V1.PlanningService.Descriptor,
        V1.DecisionService.Descriptor, V1.AuditService.Descriptor,
    ];

    // What a request needs beside the id; read by name, so that it serves every rpc that has the field.
    private static readonly Dictionary<string, object> Needed = new() { ["option"] = 1, ["page_size"] = 500, ["runners_up"] = 1 };

    public static TheoryData<string, string> Rpcs()
    {
        var data = new TheoryData<string, string>();
        foreach (var method in Services.SelectMany(service => service.Methods).Where(method => method.Name != OfProviders))
            data.Add(method.Service.Name, method.Name);
        return data;
    }

    public static TheoryData<string, string, string> Ids()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var method in Services.SelectMany(service => service.Methods).Where(method => method.Name != OfProviders))
        {
            foreach (var path in EveryRpc.IdsOf(method.InputType).Where(path => path[^1].Name is not ("request_id" or "dc_id" or "asset_id" or "agent_id" or "job_id" or "grid_zone_id")))
            {
                // Pylon sets the id of what is made.
                if (path[^1].Name != "id" || !method.Name.StartsWith("Create", StringComparison.Ordinal))
                    data.Add(method.Service.Name, method.Name, string.Join('.', path.Select(field => field.Name)));
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Rpcs))]
    public async Task NoAnswerHasAnythingOfAnotherOperator(string service, string rpc)
    {
        var method = Find(service, rpc);
        var (answers, status) = await EveryRpc.CallAsync(
            tenants.Stack.Invoker, method, Request(method), CallerByHeader.Of(tenants.Ours.Operator), Bound);
        AssertNothingOfTheirs(answers, status, []);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task AnIdOfAnotherOperatorIsNotFound(string service, string rpc, string field)
    {
        var method = Find(service, rpc);
        var path = EveryRpc.IdsOf(method.InputType).Single(p => string.Join('.', p.Select(f => f.Name)) == field);
        var request = Request(method);
        var id = tenants.Theirs.IdFor(service, rpc, path[^1].Name);
        // What is given away is one's own.
        if (path[^1].Name == "operator_id" && rpc.StartsWith("Update", StringComparison.Ordinal))
            EveryRpc.Set(request, EveryRpc.IdsOf(method.InputType).Single(p => p.Count == 2 && p[^1].Name == "id"), tenants.Ours.IdFor(service, rpc, "id"));
        EveryRpc.Set(request, path, id);
        var before = await StateAsync();
        var (answers, status) = await EveryRpc.CallAsync(tenants.Stack.Invoker, method, request, CallerByHeader.Of(tenants.Ours.Operator), Bound);
        AssertNothingOfTheirs(answers, status, [id]);
        Assert.Equal(before, await StateAsync());
        if (path[^1].Name is "id" or "context_id" || method.Name is "GetContext" or "GetLlmOutput")
            Assert.Equal(StatusCode.NotFound, status.StatusCode);
        else if (path[^1].Name is "operator_id" or "host_dc_id" && !rpc.StartsWith("List", StringComparison.Ordinal))
            Assert.Equal((StatusCode.InvalidArgument, true), (status.StatusCode, status.Detail.Contains(path[^1].Name, StringComparison.Ordinal)));
        else
            Assert.True(status.StatusCode is StatusCode.OK or StatusCode.InvalidArgument, status.ToString());

        // The same id is known to the one whose it is: the test asks for what exists.
        if (rpc.StartsWith("Get", StringComparison.Ordinal))
        {
            var (own, found) = await EveryRpc.CallAsync(tenants.Stack.Invoker, method, request, CallerByHeader.Of(tenants.Theirs.Operator), Bound);
            Assert.Equal(StatusCode.OK, found.StatusCode);
            Assert.Contains(own, answer => tenants.Theirs.Secrets.Any($"{answer}".Contains));
        }
    }

    [Fact]
    public async Task WhatACallerMakesIsItsOperators()
    {
        var headers = CallerByHeader.Of(tenants.Ours.Operator);
        var workload = (await tenants.Stack.Workloads.SubmitWorkloadAsync(new SubmitWorkloadRequest { WorkloadName = "made" }, headers)).Workload;
        Assert.Equal($"{tenants.Ours.Operator}", workload.OperatorId);
        var centre = (await tenants.Stack.Registry.CreateDataCentreAsync(new CreateDataCentreRequest { DataCentre = new DataCentre { DcId = "made", Name = "made" } }, headers)).DataCentre;
        Assert.Equal($"{tenants.Ours.Operator}", centre.OperatorId);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await tenants.Stack.Registry.UpdateDataCentreAsync(
            new UpdateDataCentreRequest { DataCentre = new DataCentre { Id = centre.Id }, UpdateMask = new() { Paths = { "operator_id" } } }, headers));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        refused = await Assert.ThrowsAsync<RpcException>(async () => await tenants.Stack.Registry.CreateOperatorAsync(
            new CreateOperatorRequest { Operator = new Operator { Name = "made", OperatorType = OperatorType.Enterprise } }, headers));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    [Fact]
    public async Task AWorkloadOfAnOperatorIsPlacedAndChosen()
    {
        var headers = CallerByHeader.Of(tenants.Ours.Operator);
        var id = (await tenants.Stack.Workloads.SubmitWorkloadAsync(new SubmitWorkloadRequest { WorkloadName = "placed" }, headers)).Workload.Id;
        await Eventually.Is(
            async () => (await tenants.Stack.Workloads.GetWorkloadAsync(new GetWorkloadRequest { Id = id }, headers)).Workload,
            w => w.Status == WorkloadStatus.PendingUserChoice, TimeSpan.FromSeconds(60), "to be offered");
        var chosen = (await tenants.Stack.Workloads.ChooseRecommendationAsync(new ChooseRecommendationRequest { Id = id, Option = 1 }, headers)).Workload;
        Assert.Equal(1, chosen.ChosenOption);
        await Eventually.Is(
            async () => (await tenants.Stack.Decisions.ListDecisionsAsync(new ListDecisionsRequest { WorkloadId = id, DecisionType = { DecisionType.AcceptWorkload } }, headers)).Decisions.Count,
            count => count == 1, TimeSpan.FromSeconds(60), "the log to say that it is accepted");
        var cancelled = (await tenants.Stack.Workloads.CancelWorkloadAsync(new CancelWorkloadRequest { Id = id }, headers)).Workload;
        Assert.True(cancelled.Status is WorkloadStatus.Cancelling or WorkloadStatus.Cancelled);
    }

    private static MethodDescriptor Find(string service, string rpc) => Services.Single(s => s.Name == service).FindMethodByName(rpc);

    private static IMessage Request(MethodDescriptor method)
    {
        var request = method.InputType.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in method.InputType.Fields.InDeclarationOrder().Where(field => Needed.ContainsKey(field.Name)))
            field.Accessor.SetValue(request, Needed[field.Name]);
        if (request is ListShiftableWorkloadsRequest shiftable)
            shiftable.RegionId.Add(13);
        if (request is SearchRequest search)
            search.Body = JsonParser.Default.Parse<Google.Protobuf.WellKnownTypes.Struct>("""{"context": {"action": "search"}, "message": {"intent": {}}}""");
        if (request is SubmitWorkloadRequest submit)
            submit.WorkloadName = "asked";
        // The object that a call of the registry makes or changes.
        var (name, one) = ($"{Guid.NewGuid()}", method.InputType.Fields.InDeclarationOrder().FirstOrDefault(field => field.FieldType == FieldType.Message && field.MessageType.Fields[1]?.Name == "id"));
        if (one is null || method.Service.Name != V1.RegistryService.Descriptor.Name)
            return request;
        one.Accessor.SetValue(request, one.Name switch
        {
            "operator" => new Operator { Name = name, OperatorType = OperatorType.Enterprise },
            "user" => new User { UserEmail = $"{name}@example.org" },
            "data_centre" => new DataCentre { DcId = name, Name = name },
            "storage_asset" => new StorageAsset { AssetId = name, Name = name, CapacityMwh = 1 },
            _ => (object)new Agent { AgentId = name, Name = name, AgentType = AgentType.StorageAgent },
        });
        return request;
    }

    // Everything of the other operator, as text.
    private Task<string?> StateAsync() => tenants.Stack.Database.ScalarAsync<string>(
        """
        SELECT concat_ws('|', (SELECT to_jsonb(t)::text FROM operators t WHERE id = $1), (SELECT to_jsonb(t)::text FROM users t WHERE operator_id = $1),
            (SELECT to_jsonb(t)::text FROM data_centres t WHERE operator_id = $1), (SELECT to_jsonb(t)::text FROM storage_assets t WHERE operator_id = $1),
            (SELECT to_jsonb(t)::text FROM agents t WHERE operator_id = $1), (SELECT count(*) FROM compute_workloads WHERE operator_id = $1),
            (SELECT concat_ws(',', t.chosen_option, t.status = 'cancelling', t.status = 'cancelled') FROM compute_workloads t WHERE id = $2), (SELECT count(*) FROM processed_contexts))
        """,
        tenants.Theirs.Operator,
        tenants.Theirs.Workload);

    private void AssertNothingOfTheirs(IReadOnlyList<IMessage> answers, Status status, IReadOnlyList<string> asked)
    {
        Assert.True(status.StatusCode is not (StatusCode.Internal or StatusCode.Unknown or StatusCode.Unimplemented or StatusCode.DeadlineExceeded), status.ToString());
        foreach (var secret in tenants.Theirs.Secrets)
        {
            Assert.DoesNotContain(answers, answer => $"{answer}".Contains(secret, StringComparison.Ordinal));
            if (!asked.Contains(secret))
                Assert.DoesNotContain(secret, status.Detail, StringComparison.Ordinal);
        }
    }
}
