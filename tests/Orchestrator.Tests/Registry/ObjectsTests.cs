using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Tests.Registry;

public sealed class ObjectsTests(RegistryStack registry) : IClassFixture<RegistryStack>
{
    private V1.RegistryService.RegistryServiceClient Client => registry.Client;

    public static TheoryData<string, Action<DataCentre>> WrongDataCentres => new()
    {
        { "dc_id is required", d => d.DcId = "" },
        { "dc_id must have a character that can be seen", d => d.DcId = "\u200b" },
        { "name must have 1 to 200 characters", d => d.Name = new string('x', 201) },
        { "operator_id must be a UUID", d => d.OperatorId = "x" },
        { "operator_id must be the id of an operator", d => d.OperatorId = Guid.NewGuid().ToString() },
        { "region_id must be from 1 to 17", d => d.RegionId = 18 },
        { "pue must be from 1 to 3", d => d.Pue = 0.99 },
        { "pue must be from 1 to 3", d => d.Pue = double.NaN },
        { "total_capacity_mw must be 0 or more", d => d.TotalCapacityMw = double.PositiveInfinity },
        { "flexibility_rating must be from 0 to 1", d => d.FlexibilityRating = 1.01 },
        { "current_load_percentage must be from 0 to 100", d => d.CurrentLoadPercentage = -1 },
        { "status must be one of the values of its enum", d => d.Status = (DataCentreStatus)99 },
        { "metadata must have finite numbers", d => d.Metadata = new Struct { Fields = { ["a"] = Value.ForString("\0") } } },
        { "metadata must have finite numbers", d => d.Metadata = new Struct { Fields = { ["a"] = Value.ForNumber(double.NaN) } } },
        { "metadata must be at most 16384", d => d.Metadata = new Struct { Fields = { ["a"] = Value.ForString(new string('x', 17_000)) } } },
        { "id is set by Pylon", d => d.Id = Guid.NewGuid().ToString() },
        { "source is set by Pylon", d => d.Source = RecordSource.Synthetic },
        { "created_at is set by Pylon", d => d.CreatedAt = new Timestamp { Seconds = 1 } },
    };

    [Fact]
    public async Task OperatorIsCreatedChangedAndDeactivated()
    {
        var made = await registry.OperatorAsync();
        Assert.True(made is { IsActive: true, Source: RecordSource.User, OperatorType: OperatorType.Enterprise });

        var changed = (await Client.UpdateOperatorAsync(new UpdateOperatorRequest
        {
            Operator = new Operator { Id = made.Id, IsActive = false, ContactEmail = "ops@example.org", RegionId = 3 },
        })).Operator;

        Assert.Equal((made.Name, false, "ops@example.org", 3), (changed.Name, changed.IsActive, changed.ContactEmail, changed.RegionId));
        Assert.Equal(changed, (await Client.GetOperatorAsync(new GetOperatorRequest { Id = made.Id })).Operator);
        var listed = await Client.ListOperatorsAsync(new ListOperatorsRequest { IsActive = false, OperatorType = OperatorType.Enterprise, RegionId = 3, PageSize = 500 });
        Assert.Contains(changed, listed.Operators);
    }

    [Fact]
    public async Task UserIsCreatedWithPreferencesAndFoundByAddress()
    {
        var owner = await registry.OperatorAsync();
        var address = $"Ada.{Guid.NewGuid()}@example.org";
        var preferences = new Struct { Fields = { ["max_carbon_intensity"] = Value.ForNumber(150), ["cost_priority"] = Value.ForString("medium") } };

        var made = (await Client.CreateUserAsync(new CreateUserRequest
        {
            User = new User { UserEmail = address, OperatorId = owner.Id, Role = UserRole.Researcher, Preferences = preferences },
        })).User;

        Assert.Equal((address, owner.Id, UserRole.Researcher), (made.UserEmail, made.OperatorId, made.Role));
        Assert.Equal(150, made.Preferences.Fields["max_carbon_intensity"].NumberValue);
        Assert.Equal(made, Assert.Single((await Client.ListUsersAsync(new ListUsersRequest { UserEmail = address.ToUpperInvariant() })).Users));
        Assert.Equal(made, Assert.Single((await Client.ListUsersAsync(new ListUsersRequest { OperatorId = owner.Id })).Users));
    }

    [Theory]
    [InlineData("max_carbon_intensity", "clean")]
    [InlineData("cost_priority", "urgent")]
    [InlineData("prefer_renewable", "yes")]
    [InlineData("colour", "green")]
    public async Task PreferenceThatIsNotHonouredIsRefused(string name, string value)
    {
        var user = new User { UserEmail = "x@example.org", Preferences = new Struct { Fields = { [name] = Value.ForString(value) } } };

        var (code, detail) = await RegistryStack.RefusedAsync(Client.CreateUserAsync(new CreateUserRequest { User = user }));

        Assert.Equal(StatusCode.InvalidArgument, code);
        Assert.StartsWith($"preferences.{name} ", detail, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(WrongDataCentres))]
    public async Task WrongFieldIsNamedWithWhatIsAllowed(string rule, Action<DataCentre> change)
    {
        var (code, detail) = await RegistryStack.RefusedAsync(Client.CreateDataCentreAsync(new CreateDataCentreRequest { DataCentre = With(change) }));

        Assert.Equal(StatusCode.InvalidArgument, code);
        Assert.StartsWith(rule, detail, StringComparison.Ordinal);

        static DataCentre With(Action<DataCentre> change)
        {
            var one = new DataCentre { DcId = $"DC-{Guid.NewGuid()}", Name = "wrong" };
            change(one);
            return one;
        }
    }

    [Fact]
    public async Task RepeatedRequestReturnsTheFirstObjectAndAnotherIsRefused()
    {
        var request = new CreateAgentRequest
        {
            RequestId = Guid.NewGuid().ToString(),
            Agent = new Agent { AgentId = $"agent {Guid.NewGuid()}", Name = "first", AgentType = AgentType.CarbonOptimizer },
        };
        var made = (await Client.CreateAgentAsync(request)).Agent;
        await Client.UpdateAgentAsync(new UpdateAgentRequest { Agent = new Agent { Id = made.Id, Name = "changed since" } });

        Assert.Equal(made.Id, (await Client.CreateAgentAsync(request)).Agent.Id);
        request.Agent.Name = "second";
        Assert.Equal(StatusCode.AlreadyExists, (await RegistryStack.RefusedAsync(Client.CreateAgentAsync(request))).Code);
        request.RequestId = "";
        Assert.Equal((StatusCode.AlreadyExists, "agent_id: must be a new one; another agent has it"), await RegistryStack.RefusedAsync(Client.CreateAgentAsync(request)));
    }

    [Fact]
    public async Task MaskChangesWhatItNamesAndClearsWhatIsNotGiven()
    {
        var made = await registry.DataCentreAsync(d => (d.Pue, d.Postcode, d.FlexibilityRating) = (1.2, "EC1", 0.4));

        var changed = await UpdateAsync(new DataCentre { Id = made.Id, Name = "not named", FlexibilityRating = 0 }, "flexibility_rating", "postcode", "pue");

        Assert.Equal((0, "", 1.5, made.Name), (changed.FlexibilityRating, changed.Postcode, changed.Pue, changed.Name));
        Assert.True(changed.UpdatedAt.ToDateTimeOffset() > made.UpdatedAt.ToDateTimeOffset());
        Assert.StartsWith("name is required", (await RefusedAsync(new DataCentre { Id = made.Id }, "name")).Detail, StringComparison.Ordinal);
        Assert.StartsWith("update_mask must name fields among dc_id, name", (await RefusedAsync(new DataCentre { Id = made.Id }, "source")).Detail, StringComparison.Ordinal);
        Assert.StartsWith("update_mask must name a field", (await RefusedAsync(new DataCentre { Id = made.Id })).Detail, StringComparison.Ordinal);
        Assert.Equal(StatusCode.NotFound, (await RefusedAsync(new DataCentre { Id = Guid.NewGuid().ToString(), Name = "none" })).Code);

        async Task<DataCentre> UpdateAsync(DataCentre one, params string[] paths) =>
            (await Client.UpdateDataCentreAsync(new UpdateDataCentreRequest { DataCentre = one, UpdateMask = Mask(paths) })).DataCentre;

        Task<(StatusCode Code, string Detail)> RefusedAsync(DataCentre one, params string[] paths) =>
            RegistryStack.RefusedAsync(Client.UpdateDataCentreAsync(new UpdateDataCentreRequest { DataCentre = one, UpdateMask = Mask(paths) }));

        static FieldMask? Mask(string[] paths) => paths.Length == 0 ? null : new FieldMask { Paths = { paths } };
    }

    [Fact]
    public async Task StorageAssetHoldsAtMostItsCapacity()
    {
        var one = new StorageAsset { AssetId = $"battery {Guid.NewGuid()}", Name = "battery", CapacityMwh = 10, CurrentChargeMwh = 11 };

        Assert.Equal((StatusCode.InvalidArgument, "current_charge_mwh must be at most capacity_mwh"), await RegistryStack.RefusedAsync(Client.CreateStorageAssetAsync(new CreateStorageAssetRequest { StorageAsset = one })));
        one.CurrentChargeMwh = 10;
        var made = (await Client.CreateStorageAssetAsync(new CreateStorageAssetRequest { StorageAsset = one })).StorageAsset;
        Assert.Equal((90, StorageAssetStatus.Idle), (made.EfficiencyPercentage, made.Status));
        Assert.StartsWith("current_charge_mwh", (await RegistryStack.RefusedAsync(Client.UpdateStorageAssetAsync(new UpdateStorageAssetRequest { StorageAsset = new StorageAsset { Id = made.Id, CapacityMwh = 9 } }))).Detail, StringComparison.Ordinal);

        await Client.DeleteStorageAssetAsync(new DeleteStorageAssetRequest { Id = made.Id });
        Assert.Equal(StatusCode.NotFound, (await RegistryStack.RefusedAsync(Client.DeleteStorageAssetAsync(new DeleteStorageAssetRequest { Id = made.Id }))).Code);
    }

    [Fact]
    public async Task DataCentreOfAWorkloadIsNotDeleted()
    {
        var made = await registry.DataCentreAsync();
        await registry.Stack.Database.ExecuteAsync("INSERT INTO compute_workloads (workload_name, host_dc_id, bpp_processed) VALUES ('hosted', $1, true)", Guid.Parse(made.Id));

        Assert.Equal(StatusCode.FailedPrecondition, (await RegistryStack.RefusedAsync(Client.DeleteDataCentreAsync(new DeleteDataCentreRequest { Id = made.Id }))).Code);

        await registry.Stack.Database.ExecuteAsync("DELETE FROM compute_workloads WHERE host_dc_id = $1", Guid.Parse(made.Id));
        await Client.DeleteDataCentreAsync(new DeleteDataCentreRequest { Id = made.Id });
        Assert.Equal(StatusCode.NotFound, (await RegistryStack.RefusedAsync(Client.GetDataCentreAsync(new GetDataCentreRequest { Id = made.Id }))).Code);
    }

    [Fact]
    public async Task ListIsPagedInTheOrderOfItsKeyAndFiltered()
    {
        var owner = await registry.OperatorAsync();
        for (var i = 0; i < 7; i++)
            await registry.DataCentreAsync(d => (d.OperatorId, d.RegionId, d.Status) = (owner.Id, 13, i < 5 ? DataCentreStatus.Active : DataCentreStatus.Constrained));
        var request = new ListDataCentresRequest { PageSize = 2, OperatorId = owner.Id, RegionId = 13, Status = DataCentreStatus.Active };

        var found = new List<DataCentre>();
        do
        {
            var page = await Client.ListDataCentresAsync(request);
            found.AddRange(page.DataCentres);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(5, found.Count);
        Assert.Equal(found.Select(d => d.DcId).Order(StringComparer.Ordinal), found.Select(d => d.DcId));
        Assert.Empty((await Client.ListDataCentresAsync(new ListDataCentresRequest { OperatorId = owner.Id, Source = RecordSource.Synthetic })).DataCentres);
    }

    [Fact]
    public async Task WrongListIsRefused()
    {
        foreach (var (field, wrong) in new (string, ListDataCentresRequest)[]
        {
            ("page_token", new() { PageToken = "x" }), ("page_size", new() { PageSize = -1 }), ("operator_id", new() { OperatorId = "x" }),
            ("region_id", new() { RegionId = 0 }), ("status", new() { Status = (DataCentreStatus)99 }), ("source", new() { Source = (RecordSource)99 }),
        })
        {
            var (code, detail) = await RegistryStack.RefusedAsync(Client.ListDataCentresAsync(wrong));
            Assert.Equal(StatusCode.InvalidArgument, code);
            Assert.StartsWith(field, detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task StatesOfAnAgentAreListedNewestFirst()
    {
        var made = (await Client.CreateAgentAsync(new CreateAgentRequest { Agent = new Agent { AgentId = $"agent {Guid.NewGuid()}", Name = "a", AgentType = AgentType.GridOperator } })).Agent;
        await Client.UpdateAgentAsync(new UpdateAgentRequest { Agent = new Agent { Id = made.Id, Status = AgentStatus.Negotiating, CurrentTask = "price" } });

        var first = await Client.ListAgentStatesAsync(new ListAgentStatesRequest { Id = made.Id, PageSize = 1 });
        var second = await Client.ListAgentStatesAsync(new ListAgentStatesRequest { Id = made.Id, PageSize = 1, PageToken = first.NextPageToken });

        Assert.Equal((AgentStatus.Negotiating, "price"), (Assert.Single(first.States).Status, first.States[0].StateData.Fields["current_task"].StringValue));
        Assert.Equal(AgentStatus.Idle, Assert.Single(second.States).Status);
        Assert.Equal("", second.NextPageToken);
        Assert.Equal(StatusCode.NotFound, (await RegistryStack.RefusedAsync(Client.ListAgentStatesAsync(new ListAgentStatesRequest { Id = Guid.NewGuid().ToString() }))).Code);
    }
}
