using System.Collections.Concurrent;

namespace Pylon.Gateway.Callers;

/// <summary>
/// Streams that are open, each with what its caller showed. Every second it is asked whether that is still good: a key that is revoked
/// and a token that is over end their streams too.
/// </summary>
internal sealed class OpenStreams(KeyCache keys, JwtVerifier tokens, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<HttpContext, Credential> _open = new(ReferenceEqualityComparer.Instance);

    /// <summary>Who a credential belongs to.</summary>
    public ValueTask<Verdict> FindAsync(Credential credential, CancellationToken cancellationToken) =>
        credential.Key is { } key ? keys.FindAsync(key, cancellationToken) : tokens.FindAsync(credential.Token!, cancellationToken);

    /// <summary>Watches a request until it is answered.</summary>
    public void Watch(HttpContext context, Credential credential)
    {
        _open[context] = credential;
        context.Response.OnCompleted(() =>
        {
            _open.TryRemove(context, out _);
            return Task.CompletedTask;
        });
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // A caller may have thousands of them: each credential is asked for once.
            foreach (var streams in _open.ToArray().GroupBy(stream => stream.Value.Key?.Text ?? stream.Value.Token!))
            {
                var verdict = await FindAsync(streams.First().Value, stoppingToken);
                // While the store is away an open stream stays: who began it was good.
                if (verdict.Caller is not null || verdict.IsUnknown)
                    continue;
                foreach (var (context, credential) in streams)
                {
                    // The object may serve another request by now.
                    if (_open.TryRemove(new(context, credential)))
                        context.Abort();
                }
            }
        }
    }
}
