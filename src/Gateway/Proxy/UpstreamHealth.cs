using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Options;
using Pylon.Gateway.Streams;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Pylon.Gateway.Proxy;

/// <summary>Asks an upstream for its health, once for all that ask within a second, and for no longer than <see cref="ProxyOptions.HealthTimeout"/>.</summary>
internal sealed class UpstreamHealth(UpstreamChannels channels, IOptions<ProxyOptions> options, TimeProvider time)
{
    private readonly SharedReads<(Status Status, string Why)> _answers = new(SharedHealth.Kept, time);

    /// <summary>An upstream that does not answer is not serving; <c>Why</c> says how the call ended.</summary>
    public Task<(Status Status, string Why)> AskAsync(Upstream upstream, string service, CancellationToken cancellationToken) =>
        _answers.GetAsync($"{upstream.Name}/{service}", () => AskAsync(upstream, service), _ => 1, out _).WaitAsync(cancellationToken);

    private async Task<(Status Status, string Why)> AskAsync(Upstream upstream, string service)
    {
        var client = new Health.HealthClient(channels.InvokerOf(upstream));
        try
        {
            var deadline = time.GetUtcNow().UtcDateTime + options.Value.HealthTimeout;
            var answer = await client.CheckAsync(new HealthCheckRequest { Service = service }, deadline: deadline);
            return (answer.Status, answer.Status == Status.Serving ? "" : $"{upstream.Name} answers {answer.Status}");
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return (Status.ServiceUnknown, $"{upstream.Name} does not have {service}");
        }
        catch (RpcException e)
        {
            return (Status.NotServing, $"{upstream.Name} is unreachable ({e.StatusCode})");
        }
    }
}
