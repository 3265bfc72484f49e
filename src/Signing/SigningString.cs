using System.Buffers.Text;
using System.Text.Unicode;
using NSec.Cryptography;

namespace Pylon.Signing;

/// <summary>
/// What is signed (BECKN-006): <c>(created): {unix}\n(expires): {unix}\ndigest: BLAKE-512={base64}</c>, without a newline at the end. The
/// digest is BLAKE2b-512 of the bytes of the body as they are sent.
/// </summary>
public static class SigningString
{
    private const int DigestBytes = 64;
    private const int DigestLetters = 88;

    /// <summary>Long enough for every signing string.</summary>
    internal const int MaxBytes = 256;

    /// <summary>The digest of a body, in base64.</summary>
    public static string DigestOf(ReadOnlySpan<byte> body) => Convert.ToBase64String(HashAlgorithm.Blake2b_512.Hash(body));

    /// <summary>The bytes that are signed.</summary>
    public static byte[] Of(long created, long expires, ReadOnlySpan<byte> body)
    {
        Span<byte> text = stackalloc byte[MaxBytes];
        return text[..Write(created, expires, body, text)].ToArray();
    }

    internal static int Write(long created, long expires, ReadOnlySpan<byte> body, Span<byte> to)
    {
        Span<byte> digest = stackalloc byte[DigestBytes];
        HashAlgorithm.Blake2b_512.Hash(body, digest);
        if (!Utf8.TryWrite(to, $"(created): {created}\n(expires): {expires}\ndigest: BLAKE-512=", out var length))
            throw new ArgumentException("is too short for a signing string", nameof(to));
        Base64.EncodeToUtf8(digest, to.Slice(length, DigestLetters), out _, out var letters);
        return length + letters;
    }
}
