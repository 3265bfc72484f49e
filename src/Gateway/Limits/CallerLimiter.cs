using System.Threading.RateLimiting;
using Pylon.Gateway.Webhooks;

namespace Pylon.Gateway.Limits;

/// <summary>
/// The limits of a request one after the other: how often, how many submits, how many streams. All are partitions of one limiter: each limiter of the library has a
/// timer that ticks ten times a second.
/// </summary>
internal sealed class CallerLimiter : PartitionedRateLimiter<HttpContext>
{
    private static readonly RateLimitPartition<string> Unlimited = RateLimitPartition.GetNoLimiter("");

    private readonly LimitOptions _options;
    private readonly RequestKind _kinds;
    private readonly SharedBuckets _buckets;
    private readonly PartitionedRateLimiter<(HttpContext Context, Func<HttpContext, RateLimitPartition<string>> Limit)> _partitions;
    private readonly PartitionedRateLimiter<HttpContext> _all;

    public CallerLimiter(LimitOptions options, RequestKind kinds, SharedBuckets buckets)
    {
        (_options, _kinds, _buckets) = (options, kinds, buckets);
        _partitions = PartitionedRateLimiter.Create<(HttpContext Context, Func<HttpContext, RateLimitPartition<string>> Limit), string>(request => request.Limit(request.Context));
        _all = PartitionedRateLimiter.CreateChained(Limit(Requests), Limit(Submits), Limit(Streams));
    }

    public override RateLimiterStatistics? GetStatistics(HttpContext resource) => _all.GetStatistics(resource);

    // Redis is asked only once, by the other one.
    protected override RateLimitLease AttemptAcquireCore(HttpContext resource, int permitCount) => Refused.After(TimeSpan.FromSeconds(1));

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(HttpContext resource, int permitCount, CancellationToken cancellationToken) =>
        _all.AcquireAsync(resource, permitCount, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        _all.Dispose();
        _partitions.Dispose();
    }

    private PartitionedRateLimiter<HttpContext> Limit(Func<HttpContext, RateLimitPartition<string>> limit) =>
        _partitions.WithTranslatedKey<HttpContext>(context => (context, limit), leaveOpen: true);

    private RateLimitPartition<string> Requests(HttpContext context) =>
        RequestKind.IsFree(context) ? Unlimited
        : WebhookFeature.IsCallback(context.Request) ? Bucket($"callbacks:{CallerKey.AddressOf(context)}", _options.CallbackBurst, _options.CallbacksPerSecond)
        : CallerKey.Of(context) is null ? Bucket(CallerKey.AddressOf(context), _options.AddressBurst, _options.AddressPerSecond)
        : Bucket(CallerKey.OrAddressOf(context), _options.KeyBurst, _options.KeyPerSecond);

    private RateLimitPartition<string> Submits(HttpContext context) =>
        _kinds.IsSubmit(context) ? Bucket($"submits:{CallerKey.OrAddressOf(context)}", _options.SubmitsPerMinute, _options.SubmitsPerMinute / 60.0) : Unlimited;

    // An open stream is this gateway's: Redis would not learn that a killed one has closed it.
    private RateLimitPartition<string> Streams(HttpContext context) =>
        _kinds.IsStream(context)
            ? RateLimitPartition.GetConcurrencyLimiter($"streams:{CallerKey.OrAddressOf(context)}", _ => new ConcurrencyLimiterOptions { PermitLimit = _options.Streams })
            : Unlimited;

    private RateLimitPartition<string> Bucket(string name, int burst, double perSecond) =>
        RateLimitPartition.Get(name, key => _buckets.Open(key, burst, TimeSpan.FromSeconds(1 / perSecond)));
}
