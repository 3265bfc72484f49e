using System.Text;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Pylon.Access.Tests;

public sealed class InternalTokensTests
{
    private const string Key = "a key of the services, for tests alone";
    private static readonly Caller Jane = new("jane", Guid.Parse("0199c2f4-7d53-7c0e-9b42-0c5b7f3f2a11"), Scope.Known("grid:read workloads:write"));

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly InternalTokens _gateway;
    private readonly InternalTokens _service;

    public InternalTokensTests() => (_gateway, _service) = (new(Key, "gateway", _time), new(Key, "orchestrator", _time));

    [Fact]
    public async Task ACallerIsReadBack()
    {
        var read = await _service.ReadAsync(_gateway.Of(Jane)!);

        Assert.Equal((Jane.Id, Jane.OperatorId, false), (read!.Id, read.OperatorId, read.IsInternal));
        Assert.True(read.Scopes.SetEquals(Jane.Scopes));
        var self = await _service.ReadAsync(_gateway.Of(_gateway.Self)!);
        Assert.Equal(("gateway", true), (self!.Id, self.IsInternal));
        Assert.True(self.Scopes.SetEquals(Scope.Every));
    }

    [Fact]
    public async Task ATokenIsMadeOnceInHalfAMinuteAndIsOverAfterOne()
    {
        var first = _gateway.Of(Jane)!;
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Same(first, _gateway.Of(Jane));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.NotEqual(first, _gateway.Of(Jane));
        Assert.NotNull(await _service.ReadAsync(first));

        _time.Advance(TimeSpan.FromSeconds(35));
        Assert.Null(await _service.ReadAsync(first));
        Assert.Null(await new InternalTokens(Key, "another", _time).ReadAsync(first));
    }

    [Fact]
    public async Task ForAnotherOperatorItIsTheSameCallerWithAnotherToken()
    {
        var tenant = Guid.NewGuid();
        var acting = _gateway.Acting(Jane, tenant);

        Assert.Same(acting, _gateway.Acting(Jane, tenant));
        Assert.Same(Jane, _gateway.Acting(Jane, Jane.OperatorId));
        Assert.Equal(tenant, (await _service.ReadAsync(_gateway.Of(acting)!))!.OperatorId);
    }

    [Fact]
    public async Task WhatIsNotMadeWithTheKeyIsRefused()
    {
        var token = _gateway.Of(Jane)!;
        var parts = token.Split('.');
        var body = Base64UrlEncoder.Decode(parts[1]).Replace("grid:read", "admin", StringComparison.Ordinal);

        Assert.Null(await _service.ReadAsync(new InternalTokens("another key, which nobody here has", "x", _time).Of(Jane)!));
        Assert.Null(await _service.ReadAsync($"{parts[0]}.{Base64UrlEncoder.Encode(body)}.{parts[2]}"));
        Assert.Null(await _service.ReadAsync($"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"pylon-caller+jwt"}""")}.{parts[1]}."));
        Assert.Null(await _service.ReadAsync(""));
        Assert.Null(await _service.ReadAsync("a.b.c"));
        // Of the same key, for another use.
        Assert.Null(await _service.ReadAsync(Other(audience: "somebody")));
        Assert.Null(await _service.ReadAsync(Other(type: "JWT")));
        Assert.Null(await _service.ReadAsync(Other(algorithm: SecurityAlgorithms.HmacSha512)));
        Assert.NotNull(await _service.ReadAsync(Other()));
    }

    [Fact]
    public async Task WithoutAKeyThereAreNone()
    {
        var open = new InternalTokens(null, "gateway", _time);

        Assert.True(open.IsOpen);
        Assert.Null(open.Of(Jane));
        Assert.Empty(open.AddTo([], Jane));
        Assert.Null(await open.ReadAsync(_gateway.Of(Jane)!));
    }

    private string Other(string audience = "pylon-services", string type = "pylon-caller+jwt", string algorithm = SecurityAlgorithms.HmacSha256)
    {
        var key = new SymmetricSecurityKey([.. Encoding.UTF8.GetBytes(Key), .. algorithm == SecurityAlgorithms.HmacSha256 ? [] : new byte[32]]);
        var now = _time.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "pylon",
            Audience = audience,
            TokenType = type,
            NotBefore = now,
            Expires = now.AddMinutes(1),
            Claims = new Dictionary<string, object> { ["sub"] = "x", ["operator_id"] = Guid.Empty.ToString(), ["scope"] = "admin", ["internal"] = true },
            SigningCredentials = new SigningCredentials(key, algorithm),
        });
    }
}
