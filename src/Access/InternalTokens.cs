using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Grpc.Core;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Pylon.Access;

/// <summary>
/// How the services of Pylon tell one another who calls: a token, signed with a key that all of them have, in the metadata
/// <see cref="Header"/>. Without a key nobody is asked who he is: every caller is <see cref="Caller.Open"/>.
/// </summary>
/// <param name="key">At least <see cref="ShortestKey"/> characters; null for none.</param>
/// <param name="service">The name of this process.</param>
/// <param name="time">The clock.</param>
public sealed class InternalTokens(string? key, string service, TimeProvider time)
{
    /// <summary>The header of the token. It is taken from no caller outside.</summary>
    public const string Header = "x-pylon-caller";

    /// <summary>Of the key, in characters.</summary>
    public const int ShortestKey = 32;

    private const string Issuer = "pylon";
    private const string Audience = "pylon-services";
    private const string Type = "pylon-caller+jwt";
    private const string OperatorClaim = "operator_id";
    private const string ScopeClaim = "scope";
    private const string InternalClaim = "internal";
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);

    private readonly SymmetricSecurityKey? _key = key is null ? null : new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key));
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly ConditionalWeakTable<Caller, Issued> _issued = [];
    private readonly ConditionalWeakTable<Caller, ConcurrentDictionary<Guid, Caller>> _acting = [];
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);
    private TokenValidationParameters? _rules;

    /// <summary>True without a key.</summary>
    public bool IsOpen => _key is null;

    /// <summary>This process as a caller.</summary>
    public Caller Self { get; } = Caller.Service(service);

    /// <summary>The same caller for another operator; one object for each, so that its token is made once.</summary>
    public Caller Acting(Caller caller, Guid operatorId)
    {
        if (caller.OperatorId == operatorId)
            return caller;
        var others = _acting.GetOrCreateValue(caller);
        if (others.Count >= MostRemembered)
            others.Clear();
        return others.GetOrAdd(operatorId, static (id, other) => other with { OperatorId = id }, caller);
    }

    /// <summary>The token of a caller, made once in half a minute; null without a key.</summary>
    public string? Of(Caller caller)
    {
        if (_key is null)
            return null;
        var now = time.GetUtcNow();
        if (_issued.TryGetValue(caller, out var issued) && now < issued.At + Renewal && now >= issued.At)
            return issued.Token;
        issued = new Issued(Issue(caller, now), now);
        _issued.AddOrUpdate(caller, issued);
        return issued.Token;
    }

    /// <summary>Adds the token of a caller to the metadata of a call; nothing without a key.</summary>
    public Metadata AddTo(Metadata metadata, Caller caller)
    {
        if (Of(caller) is { } token)
            metadata.Add(Header, token);
        return metadata;
    }

    /// <summary>Whose token it is; null when it is not a good one.</summary>
    public async ValueTask<Caller?> ReadAsync(string token)
    {
        var now = time.GetUtcNow();
        if (_known.TryGetValue(token, out var known))
            return now < known.Expires + Skew ? known.Caller : null;
        if (_key is null)
            return null;
        var result = await _handler.ValidateTokenAsync(token, _rules ??= Rules(_key));
        if (!result.IsValid || result.SecurityToken is not JsonWebToken read || CallerOf(read) is not { } caller)
            return null;
        // Each is over within a minute; only who has the key can add one.
        if (_known.Count >= MostRemembered)
            _known.Clear();
        _known[token] = new Known(caller, new DateTimeOffset(read.ValidTo, TimeSpan.Zero));
        return caller;
    }

    private string Issue(Caller caller, DateTimeOffset now) => _handler.CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Issuer,
        Audience = Audience,
        TokenType = Type,
        IssuedAt = now.UtcDateTime,
        NotBefore = now.UtcDateTime,
        Expires = (now + Life).UtcDateTime,
        Claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [JwtRegisteredClaimNames.Sub] = caller.Id,
            [OperatorClaim] = caller.OperatorId.ToString(),
            [ScopeClaim] = string.Join(' ', caller.Scopes),
            [InternalClaim] = caller.IsInternal,
        },
        SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.HmacSha256),
    });

    private TokenValidationParameters Rules(SecurityKey signedWith) => new()
    {
        ValidIssuer = Issuer,
        ValidAudience = Audience,
        ValidTypes = [Type],
        ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
        IssuerSigningKey = signedWith,
        LifetimeValidator = (from, until, _, _) => IsNow(from, until),
    };

    private bool IsNow(DateTime? from, DateTime? until)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return from <= now + Skew && now < until + Skew;
    }

    private static Caller? CallerOf(JsonWebToken token) =>
        token.Subject is { Length: > 0 } id
        && token.TryGetPayloadValue<string>(OperatorClaim, out var text) && Guid.TryParseExact(text, "D", out var operatorId)
        && token.TryGetPayloadValue<string>(ScopeClaim, out var scopes)
        && token.TryGetPayloadValue<bool>(InternalClaim, out var isInternal)
            ? new Caller(id, operatorId, Scope.Known(scopes), isInternal)
            : null;

    private sealed record Issued(string Token, DateTimeOffset At);

    private sealed record Known(Caller Caller, DateTimeOffset Expires);
}
