using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pylon.Access;
using Pylon.ServiceDefaults.Start;

namespace Pylon.ServiceDefaults.Callers;

internal static class AccessFeature
{
    /// <summary>Needs <see cref="AccessOptions"/>: the tokens of the services, and a line at the start that says who is let in.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services, string service, bool isServer)
    {
        services.AddSingleton(provider => new InternalTokens(provider.GetRequiredService<IOptions<AccessOptions>>().Value.Load(), service, provider.GetRequiredService<TimeProvider>()));
        return isServer ? services.AddReachableRequirement("callers must be known", "Access:InternalKey", "Access:InternalKeyFile").AddHostedService<AccessNotice>() : services;
    }

    private sealed class AccessNotice(InternalTokens tokens, ILogger<AccessNotice> log) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (tokens.IsOpen)
                log.IsOpen();
            else
                log.NeedsKeys();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
