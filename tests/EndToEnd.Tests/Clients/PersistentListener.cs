using System.Collections.Concurrent;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests.Clients;

/// <summary>Listens as a browser does: when the stream ends it connects again with the last id that it has seen.</summary>
internal sealed class PersistentListener : IAsyncDisposable
{
    /// <summary>The type of the events that are counted.</summary>
    public const string Recommended = "pylon.workload.recommended.v1";

    private readonly CancellationTokenSource _end = new();
    private readonly Task _listening;

    public PersistentListener(GatewayClient gateway, string after) => _listening = ListenAsync(gateway, after);

    /// <summary>How often each event was received, by its id.</summary>
    public ConcurrentDictionary<string, int> Received { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _listening;
        _end.Dispose();
    }

    private async Task ListenAsync(GatewayClient gateway, string position)
    {
        while (!_end.IsCancellationRequested)
        {
            // The Gateway refuses subscriptions while Redis is unreachable.
            await using var subscription = await Eventually.Is(() => gateway.SubscribeAsync(position), _ => true, TimeSpan.FromSeconds(60));
            try
            {
                while (await subscription.NextAsync().WaitAsync(_end.Token) is { } received)
                {
                    position = received.Position;
                    if (received.Type == Recommended)
                        Received.AddOrUpdate(received.Id, 1, (_, times) => times + 1);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException or TimeoutException)
            {
                // disposed, or the stream broke: connect again
            }
        }
    }
}
