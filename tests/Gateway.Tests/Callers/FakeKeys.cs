using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Access;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;

namespace Pylon.Gateway.Tests;

/// <summary>The keys that the fake Orchestrator knows.</summary>
internal sealed class KeyRing
{
    private readonly ConcurrentDictionary<Guid, (byte[] Hash, Key Key)> _keys = new();
    private int _asked;

    /// <summary>How often a key was checked.</summary>
    public int Asked => _asked;

    /// <summary>True while the store cannot be read.</summary>
    public bool IsAway { get; set; }

    /// <summary>A check waits for it.</summary>
    public Task Answers { get; set; } = Task.CompletedTask;

    public ApiKey Add(IEnumerable<Scope> scopes, Guid? operatorId = null, DateTimeOffset? expires = null)
    {
        var key = ApiKey.Create();
        _keys[key.Id] = (key.Hash(), new Key { Id = key.Id.ToString(), OperatorId = operatorId?.ToString() ?? "", Scopes = { scopes.Select(scope => scope.Name) }, ExpiresAt = expires?.ToTimestamp() });
        return key;
    }

    public void Revoke(ApiKey key) => _keys.TryRemove(key.Id, out _);

    public async Task<Key?> CheckAsync(Guid id, ByteString hash)
    {
        Interlocked.Increment(ref _asked);
        await Answers;
        if (IsAway)
            throw Refusal.Unavailable("DATABASE_UNAVAILABLE", "away").AsException();
        return _keys.TryGetValue(id, out var known) && hash.Span.SequenceEqual(known.Hash) ? known.Key : null;
    }
}

internal sealed class FakeKeys(KeyRing keys) : KeyService.KeyServiceBase
{
    public override async Task<CheckKeyResponse> CheckKey(CheckKeyRequest request, ServerCallContext context) =>
        new() { Key = await keys.CheckAsync(Guid.Parse(request.Id), request.Sha256) };

    public override Task<ListKeysResponse> ListKeys(ListKeysRequest request, ServerCallContext context) => Task.FromResult(new ListKeysResponse());
}

/// <summary>Keeps who called the fake services.</summary>
internal sealed class CallerRecorder : Grpc.Core.Interceptors.Interceptor
{
    public ConcurrentQueue<(string Method, Caller Caller)> Seen { get; } = new();

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Seen.Enqueue((context.Method, context.Caller()));
        return continuation(request, context);
    }
}
