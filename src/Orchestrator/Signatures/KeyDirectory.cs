using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Pylon.Signing;

namespace Pylon.Orchestrator.Signatures;

/// <summary>
/// The public keys of signers, as the registry says. A key is used for some minutes without asking again, and for an hour
/// while the registry is away; a refusal is remembered for half a minute. One question for a key is under way at
/// a time, and only so many for keys that are not known: whoever invents ids must not stop the look-ups of the others.
/// </summary>
internal sealed class KeyDirectory(Func<SignerId, string, Task<RegistryRecord?>> find, IOptions<RegistryOptions> options, TimeProvider time)
{
    /// <summary>The most keys, and the most refusals, that are remembered.</summary>
    public const int MostRemembered = 10_000;

    private const int MostQuestions = 16;
    private static readonly TimeSpan HardAge = TimeSpan.FromHours(1);
    private static readonly TimeSpan RefusalAge = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RotationPause = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(SignerId, string), Lazy<Task<Known>>> _asking = new();
    private readonly ConcurrentDictionary<(SignerId, string), Known> _keys = new();
    private readonly ConcurrentDictionary<(SignerId, string), Known> _refusals = new();
    private int _questions;

    /// <summary>The key, or why it may not be used.</summary>
    /// <param name="id">The signer.</param>
    /// <param name="type">What it must be: BPP, or BG for a gateway.</param>
    /// <param name="cancellationToken">Ends the wait, not the question that others wait for.</param>
    public async ValueTask<Known> FindAsync(SignerId id, string type, CancellationToken cancellationToken)
    {
        var known = _keys.GetValueOrDefault((id, type));
        if (known is not null && AgeOf(known) < known.FreshFor)
            return known;
        if (_refusals.TryGetValue((id, type), out var refused) && AgeOf(refused) < refused.FreshFor)
            return refused;
        return await AskAsync(id, type, known, cancellationToken);
    }

    /// <summary>The key after a signature that was not good by a remembered one: the signer may have a new one. Asked for once in ten seconds; null when there is no other key.</summary>
    public async ValueTask<Known?> FindNewerAsync(SignerId id, string type, Known than, CancellationToken cancellationToken)
    {
        // Another callback may have learnt it meanwhile.
        if (_keys.TryGetValue((id, type), out var current) && current != than)
            return current.Key?.ToString() == than.Key?.ToString() ? null : current;
        if (!than.MayRotate(time.GetTimestamp(), time, RotationPause))
            return null;
        var newer = await AskAsync(id, type, than, cancellationToken);
        return newer == than || newer.Key?.ToString() == than.Key?.ToString() ? null : newer;
    }

    private async Task<Known> AskAsync(SignerId id, string type, Known? known, CancellationToken cancellationToken)
    {
        var question = _asking.GetOrAdd((id, type), _ => new Lazy<Task<Known>>(() => LearnAsync(id, type, known)));
        return await question.Value.WaitAsync(cancellationToken);
    }

    // It is not the question of one caller: it ends by the time limit of the client.
    private async Task<Known> LearnAsync(SignerId id, string type, Known? known)
    {
        // Not on the thread of the caller who holds the lazy value.
        await Task.Yield();
        var isCounted = known is null;
        try
        {
            if (isCounted && Interlocked.Increment(ref _questions) > MostQuestions)
                return Away(known);
            return await find(id, type) is { } record ? Remember((id, type), record, known) : Away(known);
        }
        finally
        {
            _asking.TryRemove((id, type), out _);
            if (isCounted)
                Interlocked.Decrement(ref _questions);
        }
    }

    private Known Remember((SignerId, string) id, RegistryRecord record, Known? before)
    {
        var age = record.Refusal is not null ? RefusalAge : record.Age is { } own ? (own < HardAge ? own : HardAge) : options.Value.KeyAge;
        var known = new Known(record.Key, record.Refusal, time.GetTimestamp(), age, before);
        if (record.Refusal is not null)
            _keys.TryRemove(id, out _);
        else
            _refusals.TryRemove(id, out _);
        var all = record.Refusal is null ? _keys : _refusals;
        all[id] = known;
        if (all.Count > MostRemembered)
            Forget(all);
        return known;
    }

    // The older half: keys that are used are learnt again every few minutes, so they are among the newer ones.
    private static void Forget(ConcurrentDictionary<(SignerId, string), Known> all)
    {
        foreach (var old in all.OrderBy(one => one.Value.LearntAt).Take(MostRemembered / 2).ToList())
            all.TryRemove(old);
    }

    private Known Away(Known? known) =>
        known is not null && AgeOf(known) < HardAge ? known : new Known(null, SignatureRefusal.RegistryUnavailable, time.GetTimestamp(), TimeSpan.Zero);

    private TimeSpan AgeOf(Known known) => time.GetElapsedTime(known.LearntAt);

    /// <summary>What is known of a signer.</summary>
    /// <param name="key">Null when there is a refusal.</param>
    /// <param name="refusal">Null when there is a key.</param>
    /// <param name="learntAt">A timestamp of the clock.</param>
    /// <param name="freshFor">How long it is used without asking again.</param>
    /// <param name="before">What was known before.</param>
    internal sealed class Known(VerificationKey? key, SignatureRefusal? refusal, long learntAt, TimeSpan freshFor, Known? before = null)
    {
        private const long Never = long.MinValue;

        private long _rotationAskedAt = before?._rotationAskedAt ?? Never;

        public VerificationKey? Key => key;

        public SignatureRefusal? Refusal => refusal;

        public long LearntAt => learntAt;

        public TimeSpan FreshFor => freshFor;

        /// <summary>True once in a pause, for one caller.</summary>
        public bool MayRotate(long now, TimeProvider time, TimeSpan pause)
        {
            var asked = Interlocked.Read(ref _rotationAskedAt);
            return (asked == Never || time.GetElapsedTime(asked, now) >= pause) && Interlocked.CompareExchange(ref _rotationAskedAt, now, asked) == asked;
        }
    }
}
