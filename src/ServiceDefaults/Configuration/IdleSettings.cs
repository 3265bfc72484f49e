using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pylon.ServiceDefaults.Configuration;

/// <summary>Logs at the start which of the given settings change nothing.</summary>
internal sealed class IdleSettings(string service, IConfiguration configuration, ILogger<IdleSettings> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var setting in SettingAliases.Idle.Where(s => s.Service == service && !string.IsNullOrEmpty(configuration[s.Name]) && !HasEffect(s)))
            log.SettingIsIdle(setting.Name, setting.Reason);
        return Task.CompletedTask;
    }

    private bool HasEffect(IdleSetting setting) => setting.Unless is var (key, value) && value.Equals(configuration[key]?.Trim(), StringComparison.OrdinalIgnoreCase);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
