using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pylon.Insights.Webhooks;

/// <summary>The signature of Standard Webhooks 1.0 (https://www.standardwebhooks.com): HMAC-SHA256 over id, time and raw body.</summary>
internal static class WebhookSignature
{
    private const string Prefix = "whsec_";
    private const int ShortestKey = 24;
    private const int LongestKey = 64;

    /// <summary>The key in a secret; null when it is none.</summary>
    public static byte[]? KeyOf(string secret)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var key = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[Prefix.Length..], key, out var length) && length is >= ShortestKey and <= LongestKey ? key[..length] : null;
    }

    /// <summary>The header webhook-signature.</summary>
    /// <param name="key">Of the secret.</param>
    /// <param name="id">The header webhook-id.</param>
    /// <param name="timestamp">The header webhook-timestamp, seconds since 1970.</param>
    /// <param name="body">The bytes that are sent.</param>
    public static string Of(byte[] key, string id, long timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")), .. body];
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}";
    }
}
