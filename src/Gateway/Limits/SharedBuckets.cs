using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Pylon.Gateway.Limits;

/// <summary>Buckets in Redis, and whether Redis is there. While it is not, each gateway counts by itself and nobody waits.</summary>
internal sealed class SharedBuckets(Lazy<IConnectionMultiplexer> redis, IOptions<LimitOptions> options, TimeProvider time, ILogger<SharedBuckets> log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private long _failedAt;
    private int _isAway;

    public IConnectionMultiplexer Redis => redis.Value;

    public TimeSpan Wait => options.Value.RedisWait;

    public TimeProvider Time => time;

    /// <summary>False for a second after a failure, and while there is no connection.</summary>
    public bool IsThere
    {
        get
        {
            if (_isAway != 0 && time.GetElapsedTime(Interlocked.Read(ref _failedAt)) < Pause)
                return false;
            if (Redis.IsConnected)
                return true;
            Failed(null);
            return false;
        }
    }

    public RateLimiter Open(string name, int burst, TimeSpan period) => new SharedBucket(name, burst, period, this);

    public void Answered()
    {
        if (Interlocked.Exchange(ref _isAway, 0) != 0)
            log.CountsTogether();
    }

    public void Failed(Exception? exception)
    {
        Interlocked.Exchange(ref _failedAt, time.GetTimestamp());
        if (Interlocked.Exchange(ref _isAway, 1) == 0)
            log.CountsAlone(exception);
    }
}
