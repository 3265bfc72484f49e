using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Primitives;
using Pylon.Access;

namespace Pylon.Gateway.Callers;

/// <summary>What a request shows for its caller: a key or a token, not yet verified.</summary>
/// <param name="Key">Null for a token.</param>
/// <param name="Token">Null for a key.</param>
/// <param name="IsOfBrowser">True for one that a browser adds to every request by itself, also to those that another site makes it send.</param>
internal sealed record Credential(ApiKey? Key, string? Token, bool IsOfBrowser = false)
{
    public const string KeyHeader = "x-api-key";

    /// <summary>Of a token, in characters.</summary>
    public const int LongestToken = 16 * 1024;

    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";
    private const int LongestBasic = 1024;

    /// <summary>
    /// Reads <c>x-api-key: pyl_…</c>, <c>Authorization: Bearer</c> with a key or a token, or <c>Authorization: Basic</c> with a key as
    /// password. False when there is something else, or more than one; true and null when there is nothing.
    /// </summary>
    public static bool TryRead(StringValues keys, StringValues authorizations, out Credential? credential)
    {
        credential = null;
        if (keys.Count + authorizations.Count == 0)
            return true;
        if (keys.Count + authorizations.Count > 1)
            return false;
        return keys.Count == 1 ? TryReadKey(keys[0] ?? "", isOfBrowser: false, out credential) : TryReadAuthorization(authorizations[0] ?? "", out credential);
    }

    private static bool TryReadAuthorization(string text, [NotNullWhen(true)] out Credential? credential)
    {
        if (text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            var value = text[Bearer.Length..].Trim(' ');
            if (ApiKey.IsMeant(value))
                return TryReadKey(value, isOfBrowser: false, out credential);
            credential = value.Length is > 0 and <= LongestToken && value.All(IsOfToken) ? new Credential(null, value) : null;
            return credential is not null;
        }

        credential = null;
        return text.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) && text.Length <= LongestBasic
            && TryReadPassword(text[Basic.Length..].Trim(' '), out var password)
            && TryReadKey(password, isOfBrowser: true, out credential);
    }

    // user:password; the user is nobody's business.
    private static bool TryReadPassword(string base64, [NotNullWhen(true)] out string? password)
    {
        password = null;
        var bytes = new byte[LongestBasic];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
            return false;
        var text = Encoding.Latin1.GetString(bytes, 0, length);
        var colon = text.IndexOf(':');
        password = colon < 0 ? null : text[(colon + 1)..];
        return password is not null;
    }

    private static bool TryReadKey(string text, bool isOfBrowser, [NotNullWhen(true)] out Credential? credential)
    {
        credential = ApiKey.TryParse(text, out var key) ? new Credential(key, null, isOfBrowser) : null;
        return credential is not null;
    }

    // Three parts of base64url with dots between.
    private static bool IsOfToken(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.';

    /// <summary>Nothing of it: it is in no log.</summary>
    public override string ToString() => Key is null ? "a token" : "a key";
}
