using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Pylon.Transcoding.Routing;

/// <summary>Decodes one raw path segment.</summary>
internal static partial class PercentEncoding
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>False when an escape is broken or the bytes are not UTF-8.</summary>
    public static bool TryDecode(string raw, bool keepSlashes, out string decoded)
    {
        decoded = raw;
        if (!raw.Contains('%', StringComparison.Ordinal))
            return true;
        if (BrokenEscape().IsMatch(raw))
            return false;
        // UrlDecode reads a plus sign as a space, which is right in a query but not in a path.
        var escaped = raw.Replace("+", "%2B", StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(keepSlashes ? EncodedSlash().Replace(escaped, "%25") : escaped);
        try
        {
            decoded = Strict.GetString(WebUtility.UrlDecodeToBytes(bytes, 0, bytes.Length));
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BrokenEscape();

    [GeneratedRegex("%(?=2[Ff])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EncodedSlash();
}
