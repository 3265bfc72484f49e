using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Access;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Orchestrator.Keys;

/// <summary>The gRPC service of the keys of callers.</summary>
internal sealed class KeyService(KeyStore store, TimeProvider time, ILogger<KeyService> log) : V1.KeyService.KeyServiceBase
{
    private const int HashBytes = 32;

    public override async Task<CreateKeyResponse> CreateKey(CreateKeyRequest request, ServerCallContext context)
    {
        var now = time.GetUtcNow();
        var name = Field.Text(request.Name, "name", 1, 200);
        var scopes = Scopes(request.Scopes);
        var operatorId = Field.OptionalUuid(request.OperatorId, "operator_id");
        if (scopes.Contains(Scope.Admin) && operatorId is not null)
            throw Refusal.InvalidArgument("operator_id", "must be empty with the scope admin, which belongs to no operator").AsException();
        var expires = request.ExpiresAt is null ? (DateTimeOffset?)null : Expiry(request.ExpiresAt, now);
        var key = ApiKey.Create();
        var stored = new StoredKey(
            key.Id, name, scopes.Contains(Scope.Admin) ? null : operatorId ?? context.Caller().OperatorId, [.. scopes.Select(scope => scope.Name)], now, expires, null, null);
        if (!await store.AddAsync(stored, key.Hash(), context.CancellationToken))
            throw Refusal.InvalidArgument("operator_id", "must be the id of an operator").AsException();
        log.KeyMade(key.Id, name, string.Join(' ', scopes), context.Caller().Id);
        return new CreateKeyResponse { Key = ToProto(stored), Text = key.Text };
    }

    public override async Task<ListKeysResponse> ListKeys(ListKeysRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var page = await store.PageAsync(PageToken.Decode(request.PageToken), request.IncludeRevoked, size + 1, context.CancellationToken);
        var response = new ListKeysResponse { Keys = { page.Take(size).Select(ToProto) } };
        if (page.Count > size)
            response.NextPageToken = new PageToken(page[size - 1].CreatedAt, page[size - 1].Id).Encode();
        return response;
    }

    public override async Task<RevokeKeyResponse> RevokeKey(RevokeKeyRequest request, ServerCallContext context)
    {
        var id = Field.Uuid(request.Id, "id");
        var revoked = await store.RevokeAsync(id, time.GetUtcNow(), context.CancellationToken) ?? throw Refusal.NotFound("key", id).AsException();
        log.KeyRevoked(id, revoked.Name, context.Caller().Id);
        return new RevokeKeyResponse { Key = ToProto(revoked) };
    }

    public override async Task<CheckKeyResponse> CheckKey(CheckKeyRequest request, ServerCallContext context)
    {
        var id = Field.Uuid(request.Id, "id");
        if (request.Sha256.Length != HashBytes)
            throw Refusal.InvalidArgument("sha256", $"must have {HashBytes} bytes").AsException();
        var key = await store.CheckAsync(id, request.Sha256.ToByteArray(), time.GetUtcNow(), context.CancellationToken);
        return new CheckKeyResponse { Key = key is null ? null : ToProto(key) };
    }

    private static IReadOnlyList<Scope> Scopes(IReadOnlyCollection<string> names)
    {
        var scopes = names.Select(name => Scope.TryParse(name, out var scope) ? scope : throw Wrong()).Distinct().ToList();
        return scopes.Count > 0 ? scopes : throw Wrong();

        static RefusalException Wrong() => Refusal.InvalidArgument("scopes", $"must have at least one of {string.Join(", ", Scope.All)}, and no others").AsException();
    }

    private static DateTimeOffset Expiry(Timestamp given, DateTimeOffset now)
    {
        const string Rule = "must be in the future";
        try
        {
            var expiry = given.ToDateTimeOffset();
            return expiry > now ? expiry : throw Refusal.InvalidArgument("expires_at", Rule).AsException();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw Refusal.InvalidArgument("expires_at", Rule).AsException();
        }
    }

    private static Key ToProto(StoredKey key) => new()
    {
        Id = key.Id.ToString(),
        Name = key.Name,
        OperatorId = key.OperatorId?.ToString() ?? "",
        Scopes = { key.Scopes },
        CreatedAt = key.CreatedAt.ToTimestamp(),
        ExpiresAt = key.ExpiresAt?.ToTimestamp(),
        LastUsedAt = key.LastUsedAt?.ToTimestamp(),
        RevokedAt = key.RevokedAt?.ToTimestamp(),
    };
}
