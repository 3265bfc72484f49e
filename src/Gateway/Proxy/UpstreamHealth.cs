using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Options;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Pylon.Gateway.Proxy;

/// <summary>Asks an upstream how it is, for no longer than the setting says.</summary>
internal sealed class UpstreamHealth(UpstreamChannels channels, IOptions<ProxyOptions> options, TimeProvider time)
{
    /// <summary>An upstream that cannot be asked is not serving; <c>Why</c> says what came instead of an answer.</summary>
    public async Task<(Status Status, string Why)> Look(Upstream upstream, string service, CancellationToken cancellationToken)
    {
        var client = new Health.HealthClient(channels.InvokerOf(upstream));
        try
        {
            var deadline = time.GetUtcNow().UtcDateTime + options.Value.HealthTimeout;
            var answer = await client.CheckAsync(new HealthCheckRequest { Service = service }, deadline: deadline, cancellationToken: cancellationToken);
            return (answer.Status, answer.Status == Status.Serving ? "" : $"{upstream.Name} says {answer.Status}");
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return (Status.ServiceUnknown, $"{upstream.Name} does not have {service}");
        }
        catch (RpcException e)
        {
            return (Status.NotServing, $"{upstream.Name} does not answer ({e.StatusCode})");
        }
    }
}
