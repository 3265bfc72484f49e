using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Insights.V1;
using Pylon.Postgres;
using Pylon.Testing;
using Status = Grpc.Core.Status;

namespace Pylon.Insights.Tests.Tenants;

/// <summary>An Insights with the rows of two operators.</summary>
public sealed class TenantStack : IAsyncLifetime
{
    private InsightsDatabase _database = null!;

    internal InsightsStack Stack { get; private set; } = null!;

    internal OperatorData Ours { get; private set; } = null!;

    internal OperatorData Theirs { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        // Before the workers of the service run.
        _database = await InsightsDatabase.CreateAsync();
        Ours = await OperatorData.AddAsync(_database, "ours-of-the-test");
        Theirs = await OperatorData.AddAsync(_database, "secret-of-the-other");
        Stack = await InsightsStack.StartOnAsync(_database);
    }

    public async Task DisposeAsync()
    {
        await Stack.DisposeAsync();
        await _database.DisposeAsync();
    }
}

/// <summary>Every rpc of Insights, as its descriptors have it, by a caller who names what is another operator's.</summary>
public sealed class ForeignIdTests(TenantStack tenants) : IClassFixture<TenantStack>
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private static readonly ServiceDescriptor[] Services =
    [
        V1.EventService.Descriptor, V1.ShipmentImportService.Descriptor, V1.PredictionService.Descriptor, V1.SimulationService.Descriptor, V1.HotspotService.Descriptor,
        V1.AlertService.Descriptor, V1.SilenceService.Descriptor, V1.NoticeService.Descriptor, V1.RecommendationService.Descriptor, V1.ShiftService.Descriptor,
        V1.EmissionService.Descriptor, V1.AuditLogService.Descriptor,
    ];

    // What a request needs beside the id; read by name, so that it serves every rpc that has the field.
    private static readonly Dictionary<string, object> Needed = new()
    {
        ["reason"] = "x",
        ["note"] = "x",
        ["comment"] = "x",
        ["text"] = "x",
        ["until"] = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddDays(1)),
        ["ends_at"] = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddDays(1)),
    };

    public static TheoryData<string, string> Rpcs()
    {
        var data = new TheoryData<string, string>();
        foreach (var method in Services.SelectMany(service => service.Methods))
            data.Add(method.Service.Name, method.Name);
        return data;
    }

    public static TheoryData<string, string, string> Ids()
    {
        var data = new TheoryData<string, string, string>();
        var names = new OperatorData("x", default, default, default, default, default, default);
        foreach (var method in Services.SelectMany(service => service.Methods))
        {
            foreach (var path in EveryRpc.IdsOf(method.InputType).Where(path => names.IdFor(method.Service.Name, path[^1].Name) is not null))
                data.Add(method.Service.Name, method.Name, string.Join('.', path.Select(field => field.Name)));
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Rpcs))]
    public async Task NoAnswerHasAnythingOfAnotherOperator(string service, string rpc)
    {
        var method = Services.Single(s => s.Name == service).FindMethodByName(rpc);
        var (answers, status) = await EveryRpc.CallAsync(tenants.Stack.Channel.CreateCallInvoker(), method, Request(method), CallerByHeader.Of(tenants.Ours.Operator), Bound);
        AssertNothingOfTheirs(answers, status, null);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task AnIdOfAnotherOperatorIsNotFound(string service, string rpc, string field)
    {
        var method = Services.Single(s => s.Name == service).FindMethodByName(rpc);
        var path = EveryRpc.IdsOf(method.InputType).Single(p => string.Join('.', p.Select(f => f.Name)) == field);
        var request = Request(method);
        var id = tenants.Theirs.IdFor(service, path[^1].Name)!;
        EveryRpc.Set(request, path, id);
        var before = await StateAsync();
        var (answers, status) = await EveryRpc.CallAsync(tenants.Stack.Channel.CreateCallInvoker(), method, request, CallerByHeader.Of(tenants.Ours.Operator), Bound);
        AssertNothingOfTheirs(answers, status, id);
        Assert.Equal(before, await StateAsync());
        if (path[^1].Name == "id" || (path[^1].Name is "alert_id" or "hotspot_id" && !rpc.StartsWith("List", StringComparison.Ordinal)))
            Assert.Equal(StatusCode.NotFound, status.StatusCode);
        else if (service == "SilenceService" && path[^1].Name == "operator_id")
            Assert.Equal((StatusCode.InvalidArgument, true), (status.StatusCode, status.Detail.Contains("operator_id", StringComparison.Ordinal)));

        // The same id is known to the one whose it is: the test asks for what exists.
        if (rpc.StartsWith("Get", StringComparison.Ordinal) && path[^1].Name == "id")
        {
            var (own, found) = await EveryRpc.CallAsync(tenants.Stack.Channel.CreateCallInvoker(), method, request, CallerByHeader.Of(tenants.Theirs.Operator), Bound);
            Assert.Equal(StatusCode.OK, found.StatusCode);
            Assert.Contains(own, answer => tenants.Theirs.Secrets.Any($"{answer}".Contains));
        }
    }

    [Fact]
    public async Task AnEventOfAnotherOperatorIsNotRecorded()
    {
        var events = new V1.EventService.EventServiceClient(tenants.Stack.Channel);
        var headers = CallerByHeader.Of(tenants.Ours.Operator);
        EmissionEvent Event(string id, string operatorId) => new()
        {
            EventId = id,
            OperatorId = operatorId,
            EventType = "logistics",
            SupplierId = "SUP-1",
            RouteId = "R-1",
            Timestamp = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddHours(-1)),
            DistanceKm = 10,
            LoadKg = 1000,
            VehicleType = "truck_diesel",
            FuelType = "diesel",
        };
        var answer = await events.RecordEventsAsync(new RecordEventsRequest { Events = { Event("foreign", $"{tenants.Theirs.Operator}"), Event("own", "") } }, headers);
        Assert.Equal("quarantined", answer.Results[0].Result);
        Assert.Contains(answer.Results[0].Details, detail => detail.StartsWith("operator_id", StringComparison.Ordinal));
        Assert.Equal(0, await CountAsync("SELECT count(*)::int FROM events_normalized WHERE event_id = 'foreign'"));
        Assert.Equal(1, await CountAsync("SELECT count(*)::int FROM event_quarantine WHERE event_id = 'foreign' AND operator_id = $1", tenants.Ours.Operator));
        Assert.Equal(1, await CountAsync("SELECT count(*)::int FROM events_normalized WHERE event_id = 'own' AND operator_id = $1", tenants.Ours.Operator) + await CountAsync("SELECT count(*)::int FROM event_quarantine WHERE event_id = 'own' AND operator_id = $1", tenants.Ours.Operator));
    }

    [Fact]
    public async Task WhatACallerDoesIsItsOperators()
    {
        var headers = CallerByHeader.Of(tenants.Ours.Operator);
        var hotspots = new V1.HotspotService.HotspotServiceClient(tenants.Stack.Channel);
        Assert.True((await hotspots.AcknowledgeHotspotAsync(new AcknowledgeHotspotRequest { Id = $"{tenants.Ours.Hotspot}", Note = "seen" }, headers)).Acknowledged);
        Assert.True(await CountAsync("SELECT count(*)::int FROM outbox WHERE operator_id = $1 AND type = 'pylon.hotspot.acknowledged.v1'", tenants.Ours.Operator) == 1);
        // Its end raises an alert, in the same statement as the alert's history.
        Assert.Equal("resolved", (await hotspots.ResolveHotspotAsync(new ResolveHotspotRequest { Id = $"{tenants.Ours.Hotspot}" }, headers)).Hotspot.Status);
        Assert.Equal(1, await CountAsync("SELECT count(*)::int FROM alerts WHERE hotspot_id = $1 AND transition = 'resolved' AND operator_id = $2", tenants.Ours.Hotspot, tenants.Ours.Operator));
        Assert.Equal("open", (await hotspots.ReopenHotspotAsync(new ReopenHotspotRequest { Id = $"{tenants.Ours.Hotspot}" }, headers)).Hotspot.Status);
        var silence = (await new V1.SilenceService.SilenceServiceClient(tenants.Stack.Channel).CreateSilenceAsync(
            new CreateSilenceRequest { Matchers = new SilenceMatchers { Entity = "x" }, Reason = "x", EndsAt = (Timestamp)Needed["ends_at"] }, headers)).Silence;
        Assert.Equal($"{tenants.Ours.Operator}", silence.OperatorId);
        await new V1.RecommendationService.RecommendationServiceClient(tenants.Stack.Channel).ApproveRecommendationAsync(
            new ApproveRecommendationRequest { Id = $"{tenants.Ours.Recommendation}", UserId = "x" }, headers);
        Assert.Equal(1, await CountAsync("SELECT count(*)::int FROM recommendations WHERE id = $1 AND status = 'approved'", tenants.Ours.Recommendation));
    }

    private static IMessage Request(MethodDescriptor method)
    {
        var request = method.InputType.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in method.InputType.Fields.InDeclarationOrder().Where(field => Needed.ContainsKey(field.Name)))
            field.Accessor.SetValue(request, Needed[field.Name]);
        if (request is CreateSilenceRequest silence)
            silence.Matchers = new SilenceMatchers { Entity = "x" };
        return request;
    }

    // Everything of the other operator, as text.
    private async Task<string> StateAsync()
    {
        await using var command = tenants.Stack.Database.DataSource.Command(
            """
            SELECT concat_ws('|', (SELECT to_jsonb(t)::text FROM hotspots t WHERE operator_id = $1), (SELECT to_jsonb(t)::text FROM alerts t WHERE operator_id = $1),
                (SELECT string_agg(to_jsonb(t)::text, ',') FROM silences t WHERE operator_id = $1), (SELECT to_jsonb(t)::text FROM recommendations t WHERE operator_id = $1),
                (SELECT to_jsonb(t)::text FROM shift_proposals t WHERE id = $2), (SELECT count(*) FROM events_normalized t WHERE operator_id = $1))
            """,
            tenants.Theirs.Operator,
            tenants.Theirs.Proposal);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private async Task<int> CountAsync(string sql, params object?[] parameters)
    {
        await using var command = tenants.Stack.Database.DataSource.Command(sql, parameters);
        return (int)(await command.ExecuteScalarAsync())!;
    }

    private void AssertNothingOfTheirs(IReadOnlyList<IMessage> answers, Status status, string? asked)
    {
        Assert.True(status.StatusCode is not (StatusCode.Internal or StatusCode.Unknown or StatusCode.Unimplemented or StatusCode.DeadlineExceeded), status.ToString());
        foreach (var secret in tenants.Theirs.Secrets)
        {
            Assert.DoesNotContain(answers, answer => secret != asked && $"{answer}".Contains(secret, StringComparison.Ordinal));
            if (secret != asked)
                Assert.DoesNotContain(secret, status.Detail, StringComparison.Ordinal);
        }
    }
}
