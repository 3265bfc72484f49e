using Microsoft.Extensions.Options;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Circuits;
using Pylon.Conductor.V1;
using Pylon.Postgres;

namespace Pylon.Conductor.Work;

/// <summary>
/// Gives parts to the workers that ask. Those who ask while a statement runs gather; then one statement serves all of them
/// that may get the same parts, in one commit.
/// </summary>
internal sealed class ClaimDesk : BackgroundService
{
    private const int MaxTogether = 200;

    private static readonly TimeSpan HandBackBound = TimeSpan.FromSeconds(5);

    private readonly WorkStore _store;
    private readonly Changes<string> _changes;
    private readonly TimeProvider _time;
    private readonly IOptions<WorkOptions> _options;
    private readonly ILogger<ClaimDesk> _logger;
    private readonly GroupCommit<WorkRequest, IReadOnlyList<Claim>> _claims;

    public ClaimDesk(WorkStore store, Changes<string> changes, IOptions<WorkOptions> options, TimeProvider time, ILogger<ClaimDesk> logger)
    {
        (_store, _changes, _options, _time, _logger) = (store, changes, options, time, logger);
        _claims = new(ClaimAsync, StoreFailure.Is, time, MaxTogether);
    }

    /// <summary>Claims for a worker; waits for the first part at most so long.</summary>
    public async Task<IReadOnlyList<Claim>> ClaimAsync(WorkRequest request, TimeSpan wait, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        using var watch = _changes.Begin(Order.Ready);
        while (true)
        {
            // Not cancelled with the caller: who has left in between must not keep a part.
            var claims = await _claims.WriteAsync(request, CancellationToken.None);
            if (cancellationToken.IsCancellationRequested)
                await HandBackAsync(claims);
            cancellationToken.ThrowIfCancellationRequested();
            var left = wait - _time.GetElapsedTime(began);
            if (claims.Count > 0 || left <= TimeSpan.Zero)
                return claims;
            await watch.WaitAsync(left < _options.Value.Recheck ? left : _options.Value.Recheck, cancellationToken);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _claims.RunAsync(stoppingToken);

    private async Task<IReadOnlyList<IReadOnlyList<Claim>>> ClaimAsync(IReadOnlyList<WorkRequest> requests, CancellationToken cancellationToken)
    {
        var given = requests.Select(_ => new List<Claim>()).ToList();
        foreach (var alike in requests.Index().GroupBy(one => one.Item.Key, StringComparer.Ordinal))
        {
            // Everybody gets a first part before anybody gets a second.
            var places = alike.SelectMany(one => Enumerable.Range(0, one.Item.Max).Select(turn => (Turn: turn, one.Index, one.Item.Worker))).OrderBy(place => place.Turn).ToList();
            var held = await _store.ClaimAsync(alike.First().Item, [.. places.Select(place => place.Worker)], cancellationToken);
            var waiting = places.GroupBy(place => place.Worker, StringComparer.Ordinal).ToDictionary(of => of.Key, of => new Queue<int>(of.Select(place => place.Index)), StringComparer.Ordinal);
            foreach (var each in held)
                given[waiting[each.Worker].Dequeue()].Add(each.Claim);
        }

        return given;
    }

    private async Task HandBackAsync(IReadOnlyList<Claim> claims)
    {
        try
        {
            using var bound = new CancellationTokenSource(HandBackBound, _time);
            foreach (var claim in claims)
            {
                var part = new FailWorkRequest { Token = claim.Token, BatchId = claim.BatchId, Phase = claim.Phase, Part = claim.Part, HandBack = true };
                await _store.GiveBackAsync(part, PartName.Read(claim.Part)!.Value, bound.Token);
            }

            if (claims.Count > 0)
                _changes.Signal(Order.Ready);
        }
        catch (Exception e) when (StoreFailure.Is(e) || e is OperationCanceledException)
        {
            _logger.NotHandedBack(e, claims.Count);
        }
    }
}
