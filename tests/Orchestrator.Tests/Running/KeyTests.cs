using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Access;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Running;

public sealed class KeyTests : IAsyncLifetime
{
    private const string InternalKey = "a key of the services, for tests alone";
    private static readonly ApiKey Bootstrap = ApiKey.Create();
    private static readonly InternalTokens Tokens = new(InternalKey, "test", TimeProvider.System);
    private static readonly Metadata Self = Tokens.AddTo([], Tokens.Self);

    private OrchestratorStack _stack = null!;

    private KeyService.KeyServiceClient Keys => new(_stack.Invoker);

    public async Task InitializeAsync() => _stack = await OrchestratorStack.StartAsync("sync", $"--PYLON_INTERNAL_KEY={InternalKey}", $"--PYLON_BOOTSTRAP_KEY={Bootstrap.Text}");

    public async Task DisposeAsync() => await _stack.DisposeAsync();

    [Fact]
    public async Task AKeyIsGoodUntilItIsRevoked()
    {
        var made = await Keys.CreateKeyAsync(new() { Name = "jobs", Scopes = { "workloads:read", "grid:read" } }, Admin());
        Assert.True(ApiKey.TryParse(made.Text, out var key));
        Assert.Equal(made.Key.Id, key.Id.ToString());
        Assert.Equal(Caller.BuiltInOperator.ToString(), made.Key.OperatorId);

        var good = (await CheckAsync(key)).Key;
        Assert.Equal(["workloads:read", "grid:read"], good.Scopes);
        var listed = Assert.Single((await Keys.ListKeysAsync(new() { PageSize = 1 }, Admin())).Keys);
        Assert.Equal(made.Key.Id, listed.Id);
        Assert.NotNull(listed.LastUsedAt);

        var revoked = (await Keys.RevokeKeyAsync(new() { Id = made.Key.Id }, Admin())).Key;
        Assert.Null((await CheckAsync(key)).Key);
        Assert.Equal(revoked.RevokedAt, (await Keys.RevokeKeyAsync(new() { Id = made.Key.Id }, Admin())).Key.RevokedAt);
        Assert.DoesNotContain((await Keys.ListKeysAsync(new(), Admin())).Keys, each => each.Id == made.Key.Id);
        Assert.Contains((await Keys.ListKeysAsync(new() { IncludeRevoked = true }, Admin())).Keys, each => each.Id == made.Key.Id);
    }

    [Fact]
    public async Task TheKeyItselfIsNowhere()
    {
        var made = await Keys.CreateKeyAsync(new() { Name = "jobs", Scopes = { "workloads:read" } }, Admin());

        var rows = await _stack.Database.ScalarAsync<string>("SELECT string_agg(k::text, ' ') FROM api_keys k");

        Assert.DoesNotContain(made.Text, rows, StringComparison.Ordinal);
        Assert.DoesNotContain(made.Text[37..], rows, StringComparison.Ordinal);
        Assert.DoesNotContain(_stack.Log.Lines, line => line.Contains(made.Text[37..], StringComparison.Ordinal));
    }

    [Fact]
    public async Task TheSecretMustBeRight()
    {
        var made = await Keys.CreateKeyAsync(new() { Name = "jobs", Scopes = { "workloads:read" } }, Admin());

        Assert.Null((await Keys.CheckKeyAsync(new() { Id = made.Key.Id, Sha256 = ByteString.CopyFrom(ApiKey.Create().Hash()) }, Self)).Key);
        Assert.Null((await CheckAsync(ApiKey.Create())).Key);
        Assert.Null(Assert.Single((await Keys.ListKeysAsync(new() { PageSize = 1 }, Admin())).Keys).LastUsedAt);
    }

    [Fact]
    public async Task WrongFieldsAreNamed()
    {
        await RefusedAsync(new() { Scopes = { "workloads:read" } }, "name");
        await RefusedAsync(new() { Name = "x" }, "scopes");
        await RefusedAsync(new() { Name = "x", Scopes = { "everything" } }, "scopes");
        await RefusedAsync(new() { Name = "x", Scopes = { "internal" } }, "scopes");
        await RefusedAsync(new() { Name = "x", Scopes = { "grid:read" }, OperatorId = "me" }, "operator_id");
        await RefusedAsync(new() { Name = "x", Scopes = { "grid:read" }, OperatorId = Guid.NewGuid().ToString() }, "operator_id");
        await RefusedAsync(new() { Name = "x", Scopes = { "admin" }, OperatorId = Caller.BuiltInOperator.ToString() }, "operator_id");
        await RefusedAsync(new() { Name = "x", Scopes = { "grid:read" }, ExpiresAt = new Timestamp { Seconds = 1 } }, "expires_at");
        await RefusedAsync(new() { Name = "x", Scopes = { "grid:read" }, ExpiresAt = new Timestamp { Seconds = long.MaxValue } }, "expires_at");
    }

    [Fact]
    public async Task AKeyIsOfItsOperatorAndEnds()
    {
        var owner = (await new RegistryService.RegistryServiceClient(_stack.Invoker).CreateOperatorAsync(
            new() { Operator = new Operator { Name = "Acme", OperatorType = OperatorType.ComputeOperator } }, Admin())).Operator.Id;
        var made = await Keys.CreateKeyAsync(
            new() { Name = "short", Scopes = { "grid:read" }, OperatorId = owner, ExpiresAt = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(5)) }, Admin());
        Assert.True(ApiKey.TryParse(made.Text, out var key));

        Assert.Equal(owner, (await CheckAsync(key)).Key.OperatorId);
        await Eventually.True(async () => (await CheckAsync(key)).Key is null);
    }

    [Fact]
    public async Task TheBootstrapKeyHasEveryScopeAndStaysRevoked()
    {
        await Eventually.True(async () => (await CheckAsync(Bootstrap)).Key is not null);
        var key = (await CheckAsync(Bootstrap)).Key;
        Assert.Equal(Scope.All.Count, key.Scopes.Count);
        Assert.Empty(key.OperatorId);

        await Keys.RevokeKeyAsync(new() { Id = Bootstrap.Id.ToString() }, Admin());
        await _stack.StopOrchestratorAsync();
        await _stack.StartOrchestratorAsync();

        Assert.Null((await CheckAsync(Bootstrap)).Key);
    }

    [Fact]
    public async Task OnlyAdminsMakeKeysAndOnlyServicesCheckThem()
    {
        var reader = new Caller("reader", Caller.BuiltInOperator, Scope.Known("workloads:write"));
        var made = await Assert.ThrowsAsync<RpcException>(async () => await Keys.CreateKeyAsync(new() { Name = "x", Scopes = { "admin" } }, Tokens.AddTo([], reader)));
        Assert.Equal((StatusCode.PermissionDenied, "SCOPE_MISSING"), (made.StatusCode, made.Reason()));
        var check = await Assert.ThrowsAsync<RpcException>(async () => await Keys.CheckKeyAsync(new() { Id = Guid.NewGuid().ToString(), Sha256 = ByteString.CopyFrom(new byte[32]) }, Admin()));
        Assert.Equal(StatusCode.PermissionDenied, check.StatusCode);
        var none = await Assert.ThrowsAsync<RpcException>(async () => await Keys.ListKeysAsync(new()));
        Assert.Equal((StatusCode.Unauthenticated, "CREDENTIALS_MISSING"), (none.StatusCode, none.Reason()));
    }

    private static Metadata Admin() => Tokens.AddTo([], new Caller("root", Caller.BuiltInOperator, Scope.Every));

    private async Task<CheckKeyResponse> CheckAsync(ApiKey key) => await Keys.CheckKeyAsync(new() { Id = key.Id.ToString(), Sha256 = ByteString.CopyFrom(key.Hash()) }, Self);

    private async Task RefusedAsync(CreateKeyRequest request, string field)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await Keys.CreateKeyAsync(request, Admin()));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Equal(field, Assert.Single(refused.Violations()).Field);
    }
}
