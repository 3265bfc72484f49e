using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Pylon.Access;
using Pylon.Testing;

namespace Pylon.Gateway.Tests;

/// <summary>Tokens of an identity provider whose key set is a file.</summary>
public sealed class JwtTests : IAsyncLifetime
{
    private const string Issuer = "https://id.example";
    private const string Audience = "pylon";
    private const string Workloads = "/api/v1/workloads";
    private static readonly Guid Tenant = Guid.Parse("0199c2f4-7d53-7c0e-9b42-0c5b7f3f2a11");

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"pylon-jwks-{Guid.NewGuid():N}.json");
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        WriteSet(Public(Rsa(_rsa, "r1")), Public(Ec(_ec, "e1")));
        _gateway = await TestGateway.StartAsync(
            TestGateway.InternalKeySetting + KeyedGateway.InternalKey, $"--PYLON_JWT_ISSUER={Issuer}", $"--PYLON_JWT_AUDIENCE={Audience}", $"--PYLON_JWT_JWKS={_file}");
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        File.Delete(_file);
        _rsa.Dispose();
        _ec.Dispose();
    }

    [Fact]
    public async Task GoodTokensAreTaken()
    {
        foreach (var key in new SecurityKey[] { Rsa(_rsa, "r1"), Ec(_ec, "e1") })
        {
            Assert.Equal(200, await StatusAsync(Token(key)));
            Assert.Equal(200, await StatusAsync(Token(key, claims => claims["scp"] = Moved(claims, "scope"))));
            Assert.Equal(200, await StatusAsync(Token(key, claims => claims["operator_id"] = Moved(claims, "tenant"))));
            Assert.Equal(200, await StatusAsync(Token(key, claims => claims["scope"] = "openid workloads:read profile")));
        }

        var caller = _gateway.Service<CallerRecorder>().Seen.Last().Caller;
        Assert.Equal(("jane", Tenant, false), (caller.Id, caller.OperatorId, caller.IsInternal));
        Assert.Equal([Scope.WorkloadsRead], caller.Scopes);
    }

    [Fact]
    public async Task TheSkewIsThirtySeconds()
    {
        Assert.Equal(200, await StatusAsync(Token(Rsa(_rsa, "r1"), from: -100, to: -20)));
        Assert.Equal(401, await StatusAsync(Token(Rsa(_rsa, "r1"), from: -100, to: -40)));
        Assert.Equal(200, await StatusAsync(Token(Rsa(_rsa, "r1"), from: 20, to: 100)));
        Assert.Equal(401, await StatusAsync(Token(Rsa(_rsa, "r1"), from: 45, to: 100)));
    }

    [Fact]
    public async Task WhatIsNotOfThisIssuerForThisAudienceIsRefused()
    {
        var key = Rsa(_rsa, "r1");
        Assert.Equal(401, await StatusAsync(Token(key, audience: "another")));
        Assert.Equal(401, await StatusAsync(Token(key, audience: null)));
        Assert.Equal(401, await StatusAsync(Token(key, issuer: "https://other.example")));
        Assert.Equal(401, await StatusAsync(Token(key, issuer: null)));
        Assert.Equal(401, await StatusAsync(Token(key, to: null)));
        Assert.Equal(401, await StatusAsync(Token(key, claims => claims.Remove("sub"))));
        Assert.Equal(401, await StatusAsync(Token(key, claims => claims.Remove("tenant"))));
        Assert.Equal(401, await StatusAsync(Token(key, claims => claims["tenant"] = "somebody")));
        Assert.Equal(403, await StatusAsync(Token(key, claims => claims.Remove("scope"))));
        Assert.Equal(403, await StatusAsync(Token(key, claims => claims["scope"] = "grid:read")));
        // An admin needs no tenant, and needs the scope like everybody.
        Assert.Equal(403, await StatusAsync(Token(key, claims => (claims["scope"], _) = ("admin", claims.Remove("tenant")))));
        Assert.Equal(200, await StatusAsync(Token(key, claims => (claims["scope"], _) = ("admin workloads:read", claims.Remove("tenant")))));
    }

    [Fact]
    public async Task OtherAlgorithmsAreRefused()
    {
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var small = RSA.Create(1024);
        WriteSet(Public(Rsa(_rsa, "r1")), Public(Ec(large, "e384")), Public(Rsa(small, "small")));
        await using var gateway = await TestGateway.StartAsync(
            TestGateway.InternalKeySetting + KeyedGateway.InternalKey, $"--PYLON_JWT_ISSUER={Issuer}", $"--PYLON_JWT_AUDIENCE={Audience}", $"--PYLON_JWT_JWKS={_file}");
        var good = Token(Rsa(_rsa, "r1"));
        Assert.Equal(200, await StatusAsync(good, gateway));

        Assert.Equal(401, await StatusAsync(Token(Rsa(_rsa, "r1"), algorithm: SecurityAlgorithms.RsaSha512), gateway));
        Assert.Equal(401, await StatusAsync(Token(Rsa(_rsa, "r1"), algorithm: SecurityAlgorithms.RsaSsaPssSha256), gateway));
        Assert.Equal(401, await StatusAsync(Token(Ec(large, "e384"), algorithm: SecurityAlgorithms.EcdsaSha384), gateway));
        // alg none, with and without a signature.
        var body = good.Split('.')[1];
        foreach (var none in new[] { "none", "None", "NONE", "" })
        {
            Assert.Equal(401, await StatusAsync($"{Base64($$"""{"alg":"{{none}}","typ":"JWT","kid":"r1"}""")}.{body}.", gateway));
            Assert.Equal(401, await StatusAsync($"{Base64($$"""{"alg":"{{none}}","typ":"JWT","kid":"r1"}""")}.{body}.{good.Split('.')[2]}", gateway));
        }

        // HS256 with the public key as the secret: as PEM, as DER and as the modulus.
        foreach (var secret in new[] { Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem()), _rsa.ExportSubjectPublicKeyInfo(), _rsa.ExportRSAPublicKey(), _rsa.ExportParameters(false).Modulus! })
        {
            var head = $"{Base64("""{"alg":"HS256","typ":"JWT","kid":"r1"}""")}.{body}";
            Assert.Equal(401, await StatusAsync($"{head}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(head)))}", gateway));
        }
    }

    [Fact]
    public async Task TokensThatAreChangedOrOfUnknownKeysAreRefused()
    {
        using var other = RSA.Create(2048);
        var good = Token(Rsa(_rsa, "r1"));
        var parts = good.Split('.');

        Assert.Equal(401, await StatusAsync(Token(Rsa(other, "r1"))));
        Assert.Equal(401, await StatusAsync(Token(Rsa(other, "r2"))));
        Assert.Equal(401, await StatusAsync(Token(Rsa(_rsa, ""))));
        Assert.Equal(401, await StatusAsync($"{parts[0]}.{Base64("""{"sub":"root"}""")}.{parts[2]}"));
        Assert.Equal(401, await StatusAsync($"{parts[0]}.{parts[1]}.{parts[2][..^4]}"));
        Assert.Equal(401, await StatusAsync($"{parts[0]}.{parts[1]}."));
        Assert.Equal(401, await StatusAsync($"{parts[0]}.{parts[1]}"));
        Assert.Equal(401, await StatusAsync($"{good}.{parts[2]}"));
        Assert.Equal(401, await StatusAsync(new string('a', 20_000)));
        // The signature of another algorithm's key under its name.
        Assert.Equal(401, await StatusAsync(Token(Rsa(_rsa, "e1"))));
    }

    [Fact]
    public async Task ATokenIsRefusedWhenItIsOverThoughItIsRemembered()
    {
        var token = Token(Rsa(_rsa, "r1"), from: -100, to: -28);
        Assert.Equal(200, await StatusAsync(token));

        await Eventually.Is(() => StatusAsync(token), status => status == 401, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task ANewKeyOfTheIssuerIsLearnt()
    {
        using var newer = RSA.Create(2048);
        Assert.Equal(200, await StatusAsync(Token(Rsa(_rsa, "r1"))));
        WriteSet(Public(Rsa(_rsa, "r1")), Public(Rsa(newer, "r2")));

        await Eventually.Is(() => StatusAsync(Token(Rsa(newer, "r2"))), status => status == 200, TimeSpan.FromSeconds(60));
        Assert.Equal(200, await StatusAsync(Token(Rsa(_rsa, "r1"))));
    }

    [Fact]
    public async Task WithoutTheSettingsNoTokenIsTaken()
    {
        await using var gateway = await TestGateway.StartAsync(TestGateway.InternalKeySetting + KeyedGateway.InternalKey);

        Assert.Equal(401, await StatusAsync(Token(Rsa(_rsa, "r1")), gateway));
    }

    private static string Moved(IDictionary<string, object> claims, string name)
    {
        var value = (string)claims[name];
        claims.Remove(name);
        return value;
    }

    private static string Token(
        SecurityKey key, Action<Dictionary<string, object>>? change = null, string? algorithm = null, string? audience = Audience, string? issuer = Issuer, int from = -10, int? to = 300)
    {
        var now = TimeProvider.System.GetUtcNow();
        var claims = new Dictionary<string, object> { ["sub"] = "jane", ["tenant"] = Tenant.ToString(), ["scope"] = "workloads:read", ["jti"] = Guid.NewGuid().ToString() };
        change?.Invoke(claims);
        claims["nbf"] = (now + TimeSpan.FromSeconds(from)).ToUnixTimeSeconds();
        if (to is { } end)
            claims["exp"] = (now + TimeSpan.FromSeconds(end)).ToUnixTimeSeconds();
        if (audience is not null)
            claims["aud"] = audience;
        if (issuer is not null)
            claims["iss"] = issuer;
        var signing = new SigningCredentials(key, algorithm ?? (key is RsaSecurityKey ? SecurityAlgorithms.RsaSha256 : SecurityAlgorithms.EcdsaSha256));
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor { Claims = claims, SigningCredentials = signing });
    }

    private static RsaSecurityKey Rsa(RSA rsa, string kid) => new(rsa) { KeyId = kid, CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } };

    private static ECDsaSecurityKey Ec(ECDsa ec, string kid) => new(ec) { KeyId = kid, CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } };

    private static string Public(RsaSecurityKey key)
    {
        var numbers = key.Rsa.ExportParameters(false);
        return $$"""{"kty":"RSA","use":"sig","kid":"{{key.KeyId}}","n":"{{Base64UrlEncoder.Encode(numbers.Modulus)}}","e":"{{Base64UrlEncoder.Encode(numbers.Exponent)}}"}""";
    }

    private static string Public(ECDsaSecurityKey key)
    {
        var numbers = key.ECDsa.ExportParameters(false);
        return $$"""{"kty":"EC","crv":"P-{{key.KeySize}}","kid":"{{key.KeyId}}","x":"{{Base64UrlEncoder.Encode(numbers.Q.X)}}","y":"{{Base64UrlEncoder.Encode(numbers.Q.Y)}}"}""";
    }

    private static string Base64(string text) => Base64UrlEncoder.Encode(text);

    private void WriteSet(params string[] keys) => File.WriteAllText(_file, $$"""{"keys":[{{string.Join(',', keys)}}]}""");

    private async Task<int> StatusAsync(string token, TestGateway? gateway = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Workloads);
        request.Headers.TryAddWithoutValidation("authorization", $"Bearer {token}");
        using var answer = await (gateway ?? _gateway).Http.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
