using System.Buffers;

namespace Pylon.Signing;

/// <summary>Who signs: a subscriber of the network and one of its keys. The keyId of a signature is <c>{Subscriber}|{Key}|ed25519</c>.</summary>
/// <param name="Subscriber">The subscriber_id, for example bpp.example.com.</param>
/// <param name="Key">The unique_key_id, for example a UUID.</param>
public sealed record SignerId(string Subscriber, string Key)
{
    private const int MaxLength = 255;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/@+");

    /// <summary>False for an id that no registry has: one that is too long, or that would change the address of a look-up.</summary>
    public static bool IsUsable(ReadOnlySpan<char> id) =>
        id.Length is > 0 and <= MaxLength && !id.ContainsAnyExcept(Allowed) && !id.Contains("..", StringComparison.Ordinal) && id is not ".";

    /// <summary>As it stands in a header.</summary>
    public override string ToString() => $"{Subscriber}|{Key}|{SignatureHeader.Algorithm}";
}
