using Google.Protobuf;
using Grpc.Core;
using Pylon.Orchestrator.V1;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Audit;

/// <summary>The gRPC service of the log of decisions as evidence.</summary>
internal sealed class AuditService(AuditStore store) : V1.AuditService.AuditServiceBase
{
    private const int PageOfVerify = 500;

    public override async Task<ListEntriesResponse> ListEntries(ListEntriesRequest request, ServerCallContext context)
    {
        var after = Field.Range(request.AfterSeq, "after_seq", 0, long.MaxValue);
        var own = store.Of(context.Tenant());
        var entries = await own.ChainAsync(after, false, Field.PageSize(request.PageSize), context.CancellationToken);
        var decisions = await own.DecisionsAsync([.. entries.Select(e => e.DecisionId)], context.CancellationToken);
        return new ListEntriesResponse
        {
            Entries =
            {
                entries.Select(e => new AuditEntry
                {
                    Seq = e.Seq,
                    PrevHash = e.PrevHash,
                    Hash = e.Hash,
                    HashedBytes = ByteString.CopyFrom(e.Bytes),
                    Decision = decisions.TryGetValue(e.DecisionId, out var decision) ? DecisionMapping.ToProto(decision) : null,
                }),
            },
        };
    }

    public override async Task Verify(VerifyRequest request, IServerStreamWriter<VerifyResponse> responseStream, ServerCallContext context)
    {
        var known = Field.Range(request.KnownSeq, "known_seq", 0, long.MaxValue);
        if (known > 0 && (request.KnownHash.Length != 64 || !request.KnownHash.All(char.IsAsciiHexDigitLower)))
            throw Refusal.InvalidArgument("known_hash", "must be 64 hex digits 0 to 9, a to f").AsException();
        if (known == 0 && request.KnownHash.Length > 0)
            throw Refusal.InvalidArgument("known_seq", "must be given with known_hash").AsException();
        // The chain is one for all operators, and its answer has nothing of an entry but its place; who sees all is told the decision.
        var mayName = context.Tenant().IsAll;
        var (seq, hash) = (0L, ChainHash.Start);
        while (await store.ChainAsync(seq, true, PageOfVerify, context.CancellationToken) is { Count: > 0 } page)
        {
            foreach (var entry in page)
            {
                var reason = entry.Broken(seq, hash)
                    ?? (entry.Seq == known && entry.Hash != request.KnownHash ? "its hash is not the one that was kept elsewhere" : null);
                if (reason is not null)
                {
                    await EndAsync(entry.Seq == seq + 1 ? entry.Seq : seq + 1, entry.Seq == seq + 1 ? entry.DecisionId : null, reason);
                    return;
                }

                (seq, hash) = (entry.Seq, entry.Hash);
            }

            await responseStream.WriteAsync(new VerifyResponse { Checked = seq, HeadHash = hash }, context.CancellationToken);
        }

        if (seq < known)
            await EndAsync(seq + 1, null, $"the log ends at entry {seq}, and entry {known} is known to have been there");
        else if (await store.UnchainedAsync(context.CancellationToken) is { } decision)
            await EndAsync(seq + 1, decision, "the decision has no entry in the chain: it was written past the trigger");
        else
            await responseStream.WriteAsync(new VerifyResponse { Checked = seq, HeadHash = hash, Intact = true }, context.CancellationToken);

        Task EndAsync(long broken, Guid? decision, string reason) => responseStream.WriteAsync(
            new VerifyResponse
            {
                Checked = seq,
                HeadHash = hash,
                Intact = false,
                Broken = new BrokenEntry { Seq = broken, DecisionId = mayName ? $"{decision}" : "", Reason = reason },
            },
            context.CancellationToken);
    }
}
