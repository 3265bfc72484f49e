using System.Collections.Concurrent;
using Pylon.Access;

namespace Pylon.Gateway.Callers;

/// <summary>
/// Whose key it is, as the Orchestrator says. An answer is used for four seconds and asked for anew after two, so a key that is
/// revoked is refused within five. A refusal is remembered for half a minute. One question for a key is under way at a time, and only so
/// many for keys that are not known: whoever invents keys must not stop the others. Without an answer a caller is neither let in
/// nor refused.
/// </summary>
/// <param name="ask">Asks the Orchestrator: the verdict, or <see cref="Verdict.Unknown"/>. Bounded in time.</param>
/// <param name="time">The clock.</param>
internal sealed class KeyCache(Func<ApiKey, Digest, Task<Verdict>> ask, TimeProvider time)
{
    /// <summary>The most keys, and the most refusals, that are remembered.</summary>
    public const int Most = 10_000;

    /// <summary>Questions at a time for keys that are not known.</summary>
    public const int MostQuestions = 16;

    public static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RefusedFor = TimeSpan.FromSeconds(30);

    private readonly Remembered<Known> _good = new(Most, known => known.AskedAt);
    private readonly Remembered<Known> _refused = new(Most, known => known.AskedAt);
    private readonly ConcurrentDictionary<Digest, Lazy<Task<Verdict>>> _asking = new();
    private int _questions;

    /// <summary>The verdict; completes at once for a key that is in use.</summary>
    public ValueTask<Verdict> FindAsync(ApiKey key, CancellationToken cancellationToken)
    {
        var digest = Digest.Of(key.Text);
        if (_good.TryGet(digest, out var known))
        {
            var age = time.GetElapsedTime(known.AskedAt);
            if (known.Verdict.Ends <= time.GetUtcNow())
                return new(Verdict.Refused);
            if (age < FreshFor)
                return new(known.Verdict);
            var renewal = AskAsync(key, digest, known);
            if (age < GoodFor)
                return new(known.Verdict);
            return new(renewal.WaitAsync(cancellationToken));
        }

        return _refused.TryGet(digest, out var refused) && time.GetElapsedTime(refused.AskedAt) < RefusedFor
            ? new(refused.Verdict)
            : new(AskAsync(key, digest, known: null).WaitAsync(cancellationToken));
    }

    private Task<Verdict> AskAsync(ApiKey key, Digest digest, Known? known) =>
        _asking.GetOrAdd(digest, _ => new Lazy<Task<Verdict>>(() => LearnAsync(key, digest, known))).Value;

    // It is not the question of one caller: it ends by the limit of the call.
    private async Task<Verdict> LearnAsync(ApiKey key, Digest digest, Known? known)
    {
        // Not on the thread of the caller who holds the lazy value.
        await Task.Yield();
        var isCounted = known is null;
        try
        {
            if (isCounted && Interlocked.Increment(ref _questions) > MostQuestions)
                return Verdict.Unknown;
            // A key that is revoked while the answer is under way was good when it was asked for, not when it came.
            var asked = time.GetTimestamp();
            var verdict = await ask(key, digest);
            Remember(digest, verdict, known, asked);
            return verdict;
        }
        finally
        {
            _asking.TryRemove(digest, out _);
            if (isCounted)
                Interlocked.Decrement(ref _questions);
        }
    }

    private void Remember(Digest digest, Verdict verdict, Known? known, long asked)
    {
        if (verdict.IsUnknown)
            return;
        if (verdict.Caller is null)
        {
            _good.Remove(digest);
            _refused.Set(digest, new Known(verdict, asked));
            return;
        }

        // The same caller stays the same object: its token is made once.
        var same = known?.Verdict is { Caller: { } before } && IsSame(before, verdict.Caller) ? verdict with { Caller = before } : verdict;
        _good.Set(digest, new Known(same, asked));
        _refused.Remove(digest);
    }

    private static bool IsSame(Caller one, Caller other) => one.Id == other.Id && one.OperatorId == other.OperatorId && one.Scopes.SetEquals(other.Scopes);

    private sealed record Known(Verdict Verdict, long AskedAt);
}
