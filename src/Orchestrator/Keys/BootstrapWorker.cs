using Microsoft.Extensions.Options;
using Pylon.Access;

namespace Pylon.Orchestrator.Keys;

/// <summary>Stores the bootstrap key at the start, if one is set.</summary>
internal sealed class BootstrapWorker(KeyStore store, IOptions<KeyOptions> options, TimeProvider time, ILogger<BootstrapWorker> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Load() is not { } key)
            return;
        var stored = new StoredKey(key.Id, "bootstrap", null, [.. Scope.All.Select(scope => scope.Name)], time.GetUtcNow(), null, null, null);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await store.AddAsync(stored, key.Hash(), stoppingToken);
                log.BootstrapKey(key.Id);
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.BootstrapKeyNotStored(e, Pause);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }
}
