using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pylon.ServiceDefaults.Configuration;

/// <summary>Says at the start which settings change nothing, so that nobody relies on them.</summary>
internal sealed class IdleSettings(string service, IConfiguration configuration, ILogger<IdleSettings> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var setting in SettingAliases.Idle.Where(s => s.Service == service && !string.IsNullOrEmpty(configuration[s.Name])))
            log.SettingIsIdle(setting.Name, setting.Reason);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
