using Google.Protobuf;
using Grpc.Core;
using Pylon.Access;
using Pylon.Gateway.Proxy;
using Pylon.Orchestrator.V1;

namespace Pylon.Gateway.Callers;

/// <summary>Asks the Orchestrator whether a key may be used.</summary>
internal sealed class KeyChecks(UpstreamChannels channels, InternalTokens tokens, TimeProvider time, ILogger<KeyChecks> log)
{
    // Less than what is left of an answer when it is asked for anew.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private int _failed;

    public async Task<Verdict> AskAsync(ApiKey key, Digest digest)
    {
        try
        {
            var client = new KeyService.KeyServiceClient(channels.InvokerOf(KeyService.Descriptor));
            var request = new CheckKeyRequest { Id = key.Id.ToString(), Sha256 = ByteString.CopyFrom(digest.ToBytes()) };
            var answer = await client.CheckKeyAsync(request, tokens.AddTo([], tokens.Self), deadline: time.GetUtcNow().UtcDateTime + Limit);
            if (Interlocked.Exchange(ref _failed, 0) is > 0 and var failed)
                log.KeysAreBack(failed);
            return answer.Key is null ? Verdict.Refused : Of(answer.Key);
        }
        catch (RpcException e)
        {
            if (Interlocked.Increment(ref _failed) == 1)
                log.KeysAreAway(e, e.StatusCode);
            return Verdict.Unknown;
        }
    }

    private static Verdict Of(Key key) => new(
        new Caller(key.Id, key.OperatorId.Length == 0 ? Caller.BuiltInOperator : Guid.Parse(key.OperatorId), Scope.Known(string.Join(' ', key.Scopes))),
        key.ExpiresAt?.ToDateTimeOffset());
}
