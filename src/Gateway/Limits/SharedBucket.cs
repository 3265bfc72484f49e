using System.Threading.RateLimiting;
using RedisRateLimiting;

namespace Pylon.Gateway.Limits;

/// <summary>The bucket of one caller: the one in Redis, or one of this process while Redis does not answer.</summary>
internal sealed class SharedBucket : RateLimiter
{
    private readonly SharedBuckets _all;
    private readonly TokenBucketRateLimiter _local;
    private readonly RedisTokenBucketRateLimiter<string> _shared;
    private readonly TimeSpan _retryAfter;
    private long _usedAt;

    public SharedBucket(string name, int burst, TimeSpan period, SharedBuckets all)
    {
        (_all, _retryAfter, _usedAt) = (all, period > TimeSpan.FromSeconds(1) ? period : TimeSpan.FromSeconds(1), all.Time.GetTimestamp());
        _local = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions { TokenLimit = burst, TokensPerPeriod = 1, ReplenishmentPeriod = period, AutoReplenishment = false });
        _shared = new RedisTokenBucketRateLimiter<string>(
            $"pylon:limits:{name}", new RedisTokenBucketRateLimiterOptions { ConnectionMultiplexerFactory = () => all.Redis, TokenLimit = burst, TokensPerPeriod = 1, ReplenishmentPeriod = period });
    }

    // By the last use: the local bucket is full also while the one in Redis is in use.
    public override TimeSpan? IdleDuration => _local.IdleDuration is null ? null : _all.Time.GetElapsedTime(Interlocked.Read(ref _usedAt));

    public override RateLimiterStatistics? GetStatistics() => _local.GetStatistics();

    protected override RateLimitLease AttemptAcquireCore(int permitCount) => Refused.After(_retryAfter);

    protected override async ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _usedAt, _all.Time.GetTimestamp());
        if (_all.IsThere && await AskRedisAsync(permitCount, cancellationToken) is { } answer)
            return answer.IsAcquired ? answer : Refused.After(_retryAfter);
        _local.TryReplenish();
        var own = _local.AttemptAcquire(permitCount);
        return own.IsAcquired ? own : Refused.After(_retryAfter);
    }

    private async Task<RateLimitLease?> AskRedisAsync(int permitCount, CancellationToken cancellationToken)
    {
        try
        {
            var lease = await _shared.AcquireAsync(permitCount, cancellationToken).AsTask().WaitAsync(_all.Wait, _all.Time, cancellationToken);
            _all.Answered();
            return lease;
        }
        // Whatever is wrong with Redis, a request is not refused for it.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            _all.Failed(e);
            return null;
        }
    }
}
