using System.Threading.RateLimiting;

namespace Pylon.Gateway.Limits;

/// <summary>The answer of a bucket that is empty.</summary>
internal sealed class Refused : RateLimitLease
{
    private readonly TimeSpan _retryAfter;

    private Refused(TimeSpan retryAfter) => _retryAfter = retryAfter;

    public override bool IsAcquired => false;

    public override IEnumerable<string> MetadataNames => [MetadataName.RetryAfter.Name];

    public static Refused After(TimeSpan retryAfter) => new(retryAfter);

    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        metadata = metadataName == MetadataName.RetryAfter.Name ? _retryAfter : null;
        return metadata is not null;
    }
}
