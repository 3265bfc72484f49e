using System.Net;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Access;
using Pylon.Orchestrator.V1;

namespace Pylon.Web.Tests;

public sealed class KeyTests : IAsyncLifetime
{
    private const string Secret = "pyl_0199c2f47d537c0e9b420c5b7f3f2a11_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg";
    private TestWeb _web = null!;

    public async Task InitializeAsync() => _web = await TestWeb.StartAsync(Samples.Services(), new Caller(Samples.KeyId, Caller.BuiltInOperator, Scope.Every));

    public async Task DisposeAsync() => await _web.DisposeAsync();

    [Fact]
    public async Task AnAdminSeesTheKeysWithTheirOwnersAndStates()
    {
        var page = await _web.PageAsync("/web/system");

        foreach (var words in new[] { "nightly jobs", "Northern Compute", "workloads:write", "Over", "In use", ">All<", "None: those who run Pylon", "yours", "It is your own" })
            Assert.Contains(words, page, StringComparison.Ordinal);
        Assert.DoesNotContain("lost laptop", page, StringComparison.Ordinal);
        Assert.Equal(3, page.Split("Revoke it for good").Length - 1);
    }

    [Fact]
    public async Task RevokedKeysAreShownWhenTheyAreAskedForAndCannotBeRevokedAgain()
    {
        var page = await _web.PageAsync("/web/system?revoked=yes");

        Assert.Contains("lost laptop", page, StringComparison.Ordinal);
        Assert.Contains(">Revoked<", page, StringComparison.Ordinal);
        Assert.Equal(3, page.Split("Revoke it for good").Length - 1);
    }

    [Fact]
    public async Task AKeyIsRevoked()
    {
        _web.Services.On<RevokeKeyRequest, RevokeKeyResponse>(_ => new RevokeKeyResponse());

        using var answer = await _web.PostAsync("/web/system/keys/k2/revoke");

        Assert.Equal("/web/system", answer.Headers.Location?.OriginalString);
        Assert.Equal("k2", _web.Services.Single<RevokeKeyRequest>().Id);
    }

    [Fact]
    public async Task AKeyThatIsMadeIsShownOnce()
    {
        _web.Services.On<CreateKeyRequest, CreateKeyResponse>(request => new CreateKeyResponse { Key = new Key { Id = "k5", Name = request.Name }, Text = Secret });

        using var answer = await _web.PostAsync("/web/system/keys", ("name", "reports"), ("operator", Samples.OperatorId), ("ends", "2026-12-24T18:30"), ("scope", "grid:read"), ("scope", "insights:read"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.Contains(Secret, await TestWeb.TextAsync(answer), StringComparison.Ordinal);
        var expected = new CreateKeyRequest { Name = "reports", OperatorId = Samples.OperatorId, ExpiresAt = Timestamp.FromDateTime(new DateTime(2026, 12, 24, 18, 30, 0, DateTimeKind.Utc)), Scopes = { "grid:read", "insights:read" } };
        Assert.Equal(expected, _web.Services.Single<CreateKeyRequest>());
        Assert.DoesNotContain(Secret, await _web.PageAsync("/web/system"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AKeyThatIsRefusedComesBackWithWhatWasFilledIn()
    {
        _web.Services.Refuse<CreateKeyRequest>(StatusCode.InvalidArgument, "scopes: must have at least one");

        using var answer = await _web.PostAsync("/web/system/keys", ("name", "reports"), ("operator", ""), ("ends", ""));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var page = await TestWeb.TextAsync(answer);
        Assert.Contains("Scopes: must have at least one.", page, StringComparison.Ordinal);
        Assert.Contains("<details open>", page, StringComparison.Ordinal);
        Assert.Contains("value=\"reports\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEndThatIsNoTimeMakesNoKeyWithoutAnEnd()
    {
        using var answer = await _web.PostAsync("/web/system/keys", ("name", "reports"), ("ends", "at christmas"), ("scope", "grid:read"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("Ends: must be a time such as 2026-11-26T09:30.", await TestWeb.TextAsync(answer), StringComparison.Ordinal);
        Assert.Empty(_web.Services.Received.OfType<CreateKeyRequest>());
    }

    [Fact]
    public async Task ACallerWithoutAdminSeesNoKeysAndWhatItMayNotSeeSaysSo()
    {
        var services = Samples.Services();
        services.Refuse<Insights.V1.ListAuditLogsRequest>(StatusCode.PermissionDenied, "The caller needs the scope insights:read.");
        await using var web = await TestWeb.StartAsync(services, new Caller("k2", Guid.Parse(Samples.OperatorId), Scope.Known("grid:read")));

        var page = await web.PageAsync("/web/system");

        Assert.DoesNotContain("API keys", page, StringComparison.Ordinal);
        Assert.Empty(web.Services.Received.OfType<ListKeysRequest>());
        Assert.Contains("Not for this key", page, StringComparison.Ordinal);
        Assert.Contains("The caller needs the scope insights:read.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("does not answer", page, StringComparison.Ordinal);
    }

    /// <summary>A stream that asks for one topic too many is refused as a whole.</summary>
    [Theory]
    [InlineData("grid:read", "grid")]
    [InlineData("workloads:read workloads:write", "workloads")]
    [InlineData("insights:read grid:read decisions:read", "grid decisions insights")]
    [InlineData("workloads:write", "")]
    public async Task APageListensToWhatItsReaderMayRead(string scopes, string topics)
    {
        await using var web = await TestWeb.StartAsync(Samples.Services(), new Caller("k2", Guid.Parse(Samples.OperatorId), Scope.Known(scopes)));

        foreach (var path in new[] { "/", "/web/workloads", "/web/system" })
            Assert.Contains($"data-topics=\"{topics}\"", await web.PageAsync(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("admin", true)]
    [InlineData("grid:read", false)]
    public async Task OnlyAnAdminIsOfferedToReadTheSources(string scopes, bool offered)
    {
        await using var web = await TestWeb.StartAsync(Samples.Services(), new Caller("k2", Caller.BuiltInOperator, Scope.Known(scopes)));

        Assert.Equal(offered, (await web.PageAsync("/web/system")).Contains("Read all sources now", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WithoutKeysThePageSaysThatAccessIsOpen()
    {
        await using var web = await TestWeb.StartAsync(Samples.Services());

        Assert.Contains("Access is open: nobody is asked for a key.", await web.PageAsync("/web/system"), StringComparison.Ordinal);
        Assert.Empty(web.Services.Received.OfType<ListKeysRequest>());
    }
}
