using System.Threading.RateLimiting;
using Pylon.Gateway.Webhooks;

namespace Pylon.Gateway.Limits;

/// <summary>The limits of a request one after the other: how often, how many submits, how many streams.</summary>
internal sealed class CallerLimiter(LimitOptions options, RequestKind kinds, SharedBuckets buckets) : PartitionedRateLimiter<HttpContext>
{
    private static readonly RateLimitPartition<string> Unlimited = RateLimitPartition.GetNoLimiter("");

    private readonly PartitionedRateLimiter<HttpContext> _all = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<HttpContext, string>(context =>
            RequestKind.IsFree(context) ? Unlimited
            : WebhookFeature.IsCallback(context.Request) ? Bucket($"callbacks:{CallerKey.AddressOf(context)}", options.CallbackBurst, options.CallbacksPerSecond, buckets)
            : CallerKey.Of(context) is null ? Bucket(CallerKey.AddressOf(context), options.AddressBurst, options.AddressPerSecond, buckets)
            : Bucket(CallerKey.OrAddressOf(context), options.KeyBurst, options.KeyPerSecond, buckets)),
        PartitionedRateLimiter.Create<HttpContext, string>(context => kinds.IsSubmit(context)
            ? Bucket($"submits:{CallerKey.OrAddressOf(context)}", options.SubmitsPerMinute, options.SubmitsPerMinute / 60.0, buckets)
            : Unlimited),
        // An open stream is this gateway's: Redis would not learn that a killed one has closed it.
        PartitionedRateLimiter.Create<HttpContext, string>(context => kinds.IsStream(context)
            ? RateLimitPartition.GetConcurrencyLimiter(CallerKey.OrAddressOf(context), _ => new ConcurrencyLimiterOptions { PermitLimit = options.Streams })
            : Unlimited));

    public override RateLimiterStatistics? GetStatistics(HttpContext resource) => _all.GetStatistics(resource);

    // Redis is asked only once, by the other one.
    protected override RateLimitLease AttemptAcquireCore(HttpContext resource, int permitCount) => Refused.After(TimeSpan.FromSeconds(1));

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(HttpContext resource, int permitCount, CancellationToken cancellationToken) =>
        _all.AcquireAsync(resource, permitCount, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _all.Dispose();
    }

    private static RateLimitPartition<string> Bucket(string name, int burst, double perSecond, SharedBuckets buckets) =>
        RateLimitPartition.Get(name, key => buckets.Open(key, burst, TimeSpan.FromSeconds(1 / perSecond)));
}
