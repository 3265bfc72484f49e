using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pylon.Gateway.Contracts;
using Pylon.Rpc;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Pylon.Gateway.Proxy;

/// <summary>
/// gRPC health of all services: "" is the gateway itself, the name of a service asks the process that owns it. A watch
/// asks again every few seconds, as a load balancer would.
/// </summary>
internal sealed class AggregatedHealthService(UpstreamHealth health, HealthCheckService checks, TimeProvider time) : Health.HealthBase
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        var status = await StatusOfAsync(request.Service, context.CancellationToken);
        return status == Status.ServiceUnknown
            ? throw Refusal.NotFound("service", request.Service).AsException()
            : new HealthCheckResponse { Status = status };
    }

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        var last = Status.Unknown;
        while (true)
        {
            var status = await StatusOfAsync(request.Service, context.CancellationToken);
            if (status != last)
                await responseStream.WriteAsync(new HealthCheckResponse { Status = last = status }, context.CancellationToken);
            await Task.Delay(Period, time, context.CancellationToken);
        }
    }

    private async Task<Status> StatusOfAsync(string name, CancellationToken cancellationToken)
    {
        if (name.Length > 0 && Contract.Services.FirstOrDefault(service => service.FullName == name) is { } service && Upstream.Of(service) is { } upstream)
            return (await health.AskAsync(upstream, name, cancellationToken)).Status;
        if (name.Length > 0 && !OwnServices.Contains(name))
            return Status.ServiceUnknown;
        // The gateway's own services serve as long as this answers.
        if (name.Length > 0)
            return Status.Serving;
        var report = await checks.CheckHealthAsync(cancellationToken);
        return report.Status == HealthStatus.Unhealthy ? Status.NotServing : Status.Serving;
    }

    private static readonly HashSet<string> OwnServices =
    [
        .. Contract.Services.Where(service => Upstream.Of(service) is null).Select(service => service.FullName),
        Health.Descriptor.FullName, Grpc.Reflection.V1.ServerReflection.Descriptor.FullName, Grpc.Reflection.V1Alpha.ServerReflection.Descriptor.FullName,
    ];
}
