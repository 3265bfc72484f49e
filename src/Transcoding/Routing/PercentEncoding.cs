using System.Text;

namespace Pylon.Transcoding.Routing;

/// <summary>Decodes one raw path segment.</summary>
internal static class PercentEncoding
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>False when an escape is broken or the bytes are not UTF-8.</summary>
    public static bool TryDecode(string raw, bool keepSlashes, out string decoded)
    {
        decoded = raw;
        if (!raw.Contains('%', StringComparison.Ordinal))
            return true;
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(raw.Length)];
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '%')
            {
                length += Encoding.UTF8.GetBytes(raw.AsSpan(i, 1), bytes.AsSpan(length));
                continue;
            }

            if (i + 2 >= raw.Length || !char.IsAsciiHexDigit(raw[i + 1]) || !char.IsAsciiHexDigit(raw[i + 2]))
                return false;
            var value = Convert.ToByte(raw.Substring(i + 1, 2), 16);
            if (keepSlashes && value == (byte)'/')
                length += Encoding.UTF8.GetBytes(raw.AsSpan(i, 3), bytes.AsSpan(length));
            else
                bytes[length++] = value;
            i += 2;
        }

        try
        {
            decoded = Strict.GetString(bytes, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
