using Grpc.Core;
using Grpc.Health.V1;

namespace Pylon.Rpc;

/// <summary>
/// gRPC health v1. The process is healthy or not as a whole, so every service of it, and "" for the process, has the
/// same status; names that are not served are unknown.
/// </summary>
internal sealed class HealthService(HealthState state, DescribedServices described) : Grpc.Health.V1.Health.HealthBase
{
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => Serves(request.Service)
        ? new HealthCheckResponse { Status = await state.LookAsync(context.CancellationToken) }
        : throw Refusal.NotFound("service", request.Service).AsException();

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        if (!Serves(request.Service))
        {
            // The protocol keeps such a watch open, for a server whose services come and go. Ours do not.
            await responseStream.WriteAsync(new() { Status = HealthCheckResponse.Types.ServingStatus.ServiceUnknown });
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }

        if (state.Current.Status == HealthCheckResponse.Types.ServingStatus.Unknown) await state.LookAsync(context.CancellationToken);
        while (true)
        {
            var seen = state.Current;
            await responseStream.WriteAsync(new() { Status = seen.Status });
            await seen.Changed.WaitAsync(context.CancellationToken);
        }
    }

    private bool Serves(string service) => service.Length == 0 || described.Index.Services.Contains(service, StringComparer.Ordinal);
}
