namespace Pylon.Signing;

/// <summary>Why a signature does not count.</summary>
/// <param name="Code">One of a closed list, in capitals: the error.code of the NACK and the label of the metric.</param>
/// <param name="Reason">What is wrong and what would be right, for whoever signs.</param>
public sealed record SignatureRefusal(string Code, string Reason)
{
    /// <summary>There is no header.</summary>
    public static SignatureRefusal Missing(string header) => new("SIGNATURE_MISSING", $"{header}: a signature must be given");

    /// <summary>The header is not one signature of six attributes.</summary>
    public static SignatureRefusal Malformed(string reason) => new("SIGNATURE_MALFORMED", reason);

    /// <summary>Another algorithm or other lines are signed than we verify.</summary>
    public static SignatureRefusal Unsupported(string reason) => new("UNSUPPORTED", reason);

    /// <summary>The signature is not valid yet, not any more, or for too long.</summary>
    public static SignatureRefusal OutOfTime(string reason) => new("SIGNATURE_OUT_OF_TIME", reason);

    /// <summary>The registry does not know the key.</summary>
    public static SignatureRefusal KeyUnknown(string reason) => new("KEY_UNKNOWN", reason);

    /// <summary>The registry knows the key, and it may not be used.</summary>
    public static SignatureRefusal KeyUnusable(string reason) => new("KEY_UNUSABLE", reason);

    /// <summary>The registry does not say whether the key is good; the same may be sent again later.</summary>
    public static SignatureRefusal RegistryUnavailable { get; } = new("REGISTRY_UNAVAILABLE", "The registry does not answer; sign and send the message again later");

    /// <summary>The signature is not that of this body by this key.</summary>
    public static SignatureRefusal Invalid { get; } = new("SIGNATURE_INVALID", "signature: must be that of the bytes of the body, by the key of keyId");

    /// <summary>Another subscriber than the one who signs is named as the sender.</summary>
    public static SignatureRefusal OtherSubscriber { get; } = new("SUBSCRIBER_MISMATCH", "context.bpp_id: must be the subscriber of keyId");

    /// <summary>The same signature was taken before.</summary>
    public static SignatureRefusal Replayed { get; } = new("REPLAYED", "signature: was received before; sign again to send again");
}
