using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.World;

/// <summary>The gRPC service of the synthetic world.</summary>
internal sealed class SyntheticWorldService(SyntheticWorldStore store, IOptions<SyntheticWorldOptions> options)
    : V1.SyntheticWorldService.SyntheticWorldServiceBase
{
    public override async Task<CreateSyntheticWorldResponse> CreateSyntheticWorld(CreateSyntheticWorldRequest request, ServerCallContext context)
    {
        if (!options.Value.Enabled)
            throw Refusal.FailedPrecondition("SYNTHETIC_WORLD_OFF", "the synthetic world is off: set PYLON_SYNTHETIC_WORLD=on and start again").AsException();
        var seed = options.Value.Seed;
        var rows = await store.CreateAsync(seed, new SyntheticWorld(seed), context.CancellationToken)
            ?? throw Refusal.FailedPrecondition("OTHER_SEED", $"a synthetic world of another seed than {seed} is there: remove it first").AsException();
        return new CreateSyntheticWorldResponse { Seed = seed, RowsCreated = rows };
    }

    public override async Task<RemoveSyntheticWorldResponse> RemoveSyntheticWorld(RemoveSyntheticWorldRequest request, ServerCallContext context) =>
        new() { RowsRemoved = await store.RemoveAsync(context.CancellationToken) };
}
