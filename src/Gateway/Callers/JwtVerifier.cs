using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Tokens;
using Pylon.Access;

namespace Pylon.Gateway.Callers;

/// <summary>
/// Tokens of an identity provider: RS256 or ES256, signed with a key that its set names (kid), of this issuer, for this audience, in
/// its time. A good one is remembered for a minute at most.
/// </summary>
internal sealed class JwtVerifier
{
    private const int MostRemembered = 10_000;
    private const int SmallestRsaBits = 2048;
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RememberedFor = TimeSpan.FromMinutes(1);

    private readonly JwtOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<JwtVerifier> _log;
    private readonly ConfigurationManager<JsonWebKeySet>? _keys;
    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = Credential.LongestToken };
    private readonly Remembered<Known> _good = new(MostRemembered, known => known.LearntAt);
    private bool _isAway;

    public JwtVerifier(IOptions<JwtOptions> options, IDocumentRetriever documents, TimeProvider time, ILogger<JwtVerifier> log)
    {
        (_options, _time, _log) = (options.Value, time, log);
        if (_options.IsOn)
        {
            _keys = new ConfigurationManager<JsonWebKeySet>(_options.Jwks, new KeySetReader(), documents)
            {
                // How soon a key that is not in the set is looked for again, and how long the set is used.
                RefreshInterval = TimeSpan.FromSeconds(30),
                AutomaticRefreshInterval = TimeSpan.FromMinutes(10),
            };
        }
    }

    public async ValueTask<Verdict> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (_keys is null)
            return Verdict.Refused;
        var digest = Digest.Of(token);
        if (_good.TryGet(digest, out var known) && _time.GetElapsedTime(known.LearntAt) < RememberedFor)
            return known.Verdict.Ends + Skew <= _time.GetUtcNow() ? Verdict.Refused : known.Verdict;
        var at = _time.GetTimestamp();
        var verdict = await VerifyAsync(token, _keys, cancellationToken);
        if (verdict.Caller is not null)
            _good.Set(digest, new Known(verdict, at));
        return verdict;
    }

    private async Task<Verdict> VerifyAsync(string token, ConfigurationManager<JsonWebKeySet> keys, CancellationToken cancellationToken)
    {
        if (Read(token) is not { Kid.Length: > 0 } read)
            return Verdict.Refused;
        JsonWebKeySet set;
        try
        {
            set = await keys.GetConfigurationAsync(cancellationToken);
            Volatile.Write(ref _isAway, false);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or HttpRequestException)
        {
            if (!Interlocked.Exchange(ref _isAway, true))
                _log.JwksAway(e, _options.Jwks!);
            return Verdict.Unknown;
        }

        var named = set.Keys.Where(key => key.Kid == read.Kid && IsUsable(key)).ToList();
        if (named.Count != 1)
        {
            // The issuer may have a new key: the set is read anew, for the next try of this token.
            keys.RequestRefresh();
            return Verdict.Refused;
        }

        var result = await _handler.ValidateTokenAsync(read, Rules(named[0]));
        return result.IsValid && CallerOf(read) is { } caller ? new Verdict(caller, new DateTimeOffset(read.ValidTo, TimeSpan.Zero)) : Verdict.Refused;
    }

    private static JsonWebToken? Read(string token)
    {
        try
        {
            return new JsonWebToken(token);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or SecurityTokenException)
        {
            return null;
        }
    }

    private static bool IsUsable(JsonWebKey key) => key.Use is null or "" or "sig" && key.Kty switch
    {
        JsonWebAlgorithmsKeyTypes.RSA => key.KeySize >= SmallestRsaBits,
        JsonWebAlgorithmsKeyTypes.EllipticCurve => key.Crv == JsonWebKeyECTypes.P256,
        _ => false,
    };

    private TokenValidationParameters Rules(SecurityKey key) => new()
    {
        ValidIssuer = _options.Issuer,
        ValidAudience = _options.Audience,
        // Of these alone: not none, and not HS256 with the public key as the secret.
        ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256],
        IssuerSigningKey = key,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        LifetimeValidator = (from, until, _, _) => IsNow(from, until),
    };

    private bool IsNow(DateTime? from, DateTime? until)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return until is not null && now < until + Skew && (from is null || from <= now + Skew);
    }

    // Who belongs to no operator and is no admin may do nothing.
    private static Caller? CallerOf(JsonWebToken token)
    {
        var scopes = Scope.Known(Text(token, "scope") ?? Text(token, "scp") ?? "");
        var tenant = Text(token, "tenant") ?? Text(token, "operator_id");
        if (token.Subject is not { Length: > 0 and <= 200 } subject)
            return null;
        if (tenant is null)
            return scopes.Contains(Scope.Admin) ? new Caller(subject, Caller.BuiltInOperator, scopes) : null;
        return Guid.TryParseExact(tenant, "D", out var id) ? new Caller(subject, id, scopes) : null;
    }

    // A text, or a list of texts as some providers write scp.
    private static string? Text(JsonWebToken token, string claim) =>
        token.TryGetPayloadValue<string>(claim, out var text) ? text
        : token.TryGetPayloadValue<string[]>(claim, out var texts) ? string.Join(' ', texts)
        : null;

    private sealed record Known(Verdict Verdict, long LearntAt);

    private sealed class KeySetReader : IConfigurationRetriever<JsonWebKeySet>
    {
        private const int MostKeys = 100;

        public async Task<JsonWebKeySet> GetConfigurationAsync(string address, IDocumentRetriever retriever, CancellationToken cancellationToken)
        {
            var set = JsonWebKeySet.Create(await retriever.GetDocumentAsync(address, cancellationToken));
            return set.Keys.Count <= MostKeys ? set : throw new InvalidDataException($"{address} has more than {MostKeys} keys");
        }
    }
}
