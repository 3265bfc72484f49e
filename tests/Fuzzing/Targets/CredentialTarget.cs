using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Tokens;
using Pylon.Access;
using Pylon.Gateway.Callers;

namespace Pylon.Fuzzing.Targets;

/// <summary>
/// The headers x-api-key and Authorization. Each is refused or read; nobody is let in but who shows the one good key, and
/// no token is, because none is signed by the key of the set.
/// </summary>
internal sealed class CredentialTarget() : FuzzTarget("credentials")
{
    private const string Good = "pyl_0199c2f47d537c0e9b420c5b7f3f2a11_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg";
    private const string Other = "pyl_0199c2f47d537c0e9b420c5b7f3f2a12_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg";

    private static readonly Verdict Admitted = new(new Caller("good", Guid.Empty, Scope.Every));
    private static readonly Digest GoodDigest = Digest.Of(Good);
    private static readonly KeyCache Keys = new((_, digest) => Task.FromResult(digest == GoodDigest ? Admitted : Verdict.Refused), TimeProvider.System);

    // Any odd number of 2048 bits: nobody has its factors.
    private static readonly string Modulus = Base64UrlEncoder.Encode([.. Enumerable.Range(0, 256).Select(n => (byte)((n * 37) | 0x81))]);

    private static readonly JwtVerifier Tokens = new(
        Options.Create(new JwtOptions { Issuer = "https://id.example", Audience = "pylon", Jwks = "set" }), new KeySet(), TimeProvider.System, NullLogger<JwtVerifier>.Instance);

    private static readonly string[] Heads =
    [
        """{"alg":"RS256","typ":"JWT","kid":"r1"}""", """{"alg":"none","kid":"r1"}""", """{"alg":"HS256","kid":"r1"}""", """{"alg":"RS256"}""", """{"alg":"RS256","kid":"r2"}""", """{"alg":"ES256","kid":"r1"}""",
        """{"alg":"RS256","kid":"r1","crit":["exp"]}""", """{"alg":["RS256"],"kid":"r1"}""", """{"alg":"RS256","kid":"r1","jwk":{"kty":"oct","k":"AA"}}""", """{"alg":"dir","enc":"A128GCM","kid":"r1"}""", """{"alg":"RS256","kid":{}}""", "{", "", "null", "[]",
    ];

    private static readonly string[] Bodies =
    [
        """{"iss":"https://id.example","aud":"pylon","sub":"jane","tenant":"0199c2f4-7d53-7c0e-9b42-0c5b7f3f2a11","scope":"admin grid:read","exp":99999999999}""",
        """{"iss":"https://id.example","aud":["pylon"],"sub":"jane","scp":["admin"],"exp":4102444800,"nbf":0}""", """{"exp":1e400}""", """{"exp":"x","aud":{}}""", """{"sub":null}""", "{}", "", "7",
    ];

    private static readonly string[] Before = ["", "Bearer ", "bearer ", "Bearer  ", "Basic ", "Digest ", "Bearer\t", "Bearer", "Signature ", "Bearer Bearer "];

    public override FuzzInput Next(Random random) => new(
        random.Next(5) switch
        {
            0 => Mutation.Of(random, Utf8(random.Next(2) == 0 ? Good : Other)),
            1 => Utf8(Before[random.Next(Before.Length)] + Text(Mutation.Of(random, Utf8(Good)))),
            2 => Utf8("Basic " + Convert.ToBase64String(Mutation.Of(random, Utf8((random.Next(2) == 0 ? "me:" : "") + Good)))),
            3 => Utf8("Bearer " + Token(random)),
            _ => Mutation.Of(random, Utf8("Bearer " + Token(random))),
        },
        random.Next(4));

    public override void Read(FuzzInput input)
    {
        var text = Text(input);
        var (keys, authorizations) = input.Choice switch
        {
            0 => (new StringValues(text), StringValues.Empty),
            1 => (StringValues.Empty, new StringValues(text)),
            2 => (new StringValues(text), new StringValues(text)),
            _ => (StringValues.Empty, new StringValues([text, text])),
        };
        if (!Credential.TryRead(keys, authorizations, out var credential))
            return;
        Expect(credential is not null && input.Choice < 2, "what is read is one credential");
        var verdict = credential!.Key is { } key ? Result(Keys.FindAsync(key, CancellationToken.None)) : Result(Tokens.FindAsync(credential.Token!, CancellationToken.None));
        Expect(!verdict.IsUnknown, "there is an answer");
        Expect(verdict.Caller is null || credential.Key?.Text == Good, "nobody is let in but who shows the good key");
        Expect(verdict.Caller is null || text.Contains(Good, StringComparison.Ordinal) || text.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase), "the good key is in the header");
        Expect(!credential.ToString().Contains("pyl_", StringComparison.Ordinal), "a credential is in no log");
    }

    private static Verdict Result(ValueTask<Verdict> verdict) => verdict.AsTask().GetAwaiter().GetResult();

    private static string Token(Random random) => string.Join(
        '.',
        Enumerable.Range(0, random.Next(8) == 0 ? random.Next(7) : 3).Select(part => part switch
        {
            0 => Base64UrlEncoder.Encode(Heads[random.Next(Heads.Length)]),
            1 => Base64UrlEncoder.Encode(Bodies[random.Next(Bodies.Length)]),
            _ => Base64UrlEncoder.Encode(Bytes(random)),
        }));

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(3) == 0 ? random.Next(300) : 256];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Text(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    private sealed class KeySet : IDocumentRetriever
    {
        public Task<string> GetDocumentAsync(string address, CancellationToken cancel) =>
            Task.FromResult($$"""{"keys":[{"kty":"RSA","use":"sig","kid":"r1","n":"{{Modulus}}","e":"AQAB"}]}""");
    }
}
