using System.Globalization;

namespace Pylon.Signing;

/// <summary>
/// The value of an Authorization or X-Gateway-Authorization header of Beckn (BECKN-006):
/// <c>Signature keyId="{subscriber}|{key}|ed25519",algorithm="ed25519",created="{unix}",expires="{unix}",headers="(created) (expires) digest",signature="{base64}"</c>.
/// Read strictly: exactly these six attributes, each once and quoted, in any order. Pure.
/// </summary>
/// <param name="Signer">The parts of keyId.</param>
/// <param name="Created">Seconds since 1970.</param>
/// <param name="Expires">Seconds since 1970.</param>
/// <param name="Signature">64 bytes.</param>
public sealed record SignatureHeader(SignerId Signer, long Created, long Expires, ReadOnlyMemory<byte> Signature)
{
    /// <summary>The one algorithm.</summary>
    public const string Algorithm = "ed25519";

    /// <summary>The lines that are signed.</summary>
    public const string SignedLines = "(created) (expires) digest";

    /// <summary>The longest value that is read.</summary>
    public const int MaxLength = 1024;

    /// <summary>The longest time between created and expires.</summary>
    public static readonly TimeSpan MaxWindow = TimeSpan.FromHours(1);

    private const string Scheme = "Signature";
    private const int MaxDigits = 11;
    private const int SignatureBytes = 64;
    private const int SignatureLetters = 88;

    private static readonly string[] Names = ["keyId", "algorithm", "created", "expires", "headers", "signature"];

    /// <summary>What a header whose signature does not count is answered with, in WWW-Authenticate or Proxy-Authenticate.</summary>
    /// <param name="realm">Our own subscriber id.</param>
    public static string Challenge(string realm) => $"{Scheme} realm=\"{realm}\",headers=\"{SignedLines}\"";

    /// <summary>Reads the one value of a header; null when it can be read.</summary>
    public static SignatureRefusal? TryParse(string? text, out SignatureHeader? header)
    {
        header = null;
        if (string.IsNullOrEmpty(text))
            return SignatureRefusal.Missing("Authorization");
        if (text.Length > MaxLength)
            return SignatureRefusal.Malformed($"must have at most {MaxLength} characters");
        if (text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return SignatureRefusal.Malformed("must be printable ASCII");
        var rest = text.AsSpan();
        if (!rest.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || rest.Length == Scheme.Length || rest[Scheme.Length] != ' ')
            return SignatureRefusal.Malformed("must be of the scheme Signature");
        var values = new string?[Names.Length];
        return ReadAttributes(rest[Scheme.Length..].Trim(' '), values) ?? ReadValues(values!, out header);
    }

    /// <summary>Reads the header of a request, which must be there once; null when it can be read.</summary>
    /// <param name="name">Of the header.</param>
    /// <param name="values">All that the request has under this name.</param>
    /// <param name="header">What is read.</param>
    public static SignatureRefusal? TryReadHeader(string name, IReadOnlyList<string?> values, out SignatureHeader? header)
    {
        ArgumentNullException.ThrowIfNull(values);
        header = null;
        return values switch
        {
            [] => SignatureRefusal.Missing(name),
            [var only] => TryParse(only, out header),
            _ => SignatureRefusal.Malformed($"{name}: must be given once"),
        };
    }

    /// <summary>Why the signature does not count at this time; null when it does.</summary>
    /// <param name="now">The time.</param>
    /// <param name="skew">By how much the clock of the signer may be ahead. It does not count for expires.</param>
    public SignatureRefusal? OutOfTime(DateTimeOffset now, TimeSpan skew) =>
        Created > Expires ? SignatureRefusal.OutOfTime("expires: must not be before created")
        : Expires - Created > (long)MaxWindow.TotalSeconds ? SignatureRefusal.OutOfTime($"expires: must be at most {MaxWindow.TotalSeconds} s after created")
        : DateTimeOffset.FromUnixTimeSeconds(Created) > now + skew ? SignatureRefusal.OutOfTime($"created: must be at most {skew.TotalSeconds} s in the future")
        : now > DateTimeOffset.FromUnixTimeSeconds(Expires) ? SignatureRefusal.OutOfTime("expires: must not be over")
        : null;

    /// <summary>The header.</summary>
    public override string ToString() =>
        $"{Scheme} keyId=\"{Signer}\",algorithm=\"{Algorithm}\",created=\"{Created}\",expires=\"{Expires}\",headers=\"{SignedLines}\",signature=\"{Convert.ToBase64String(Signature.Span)}\"";

    private static SignatureRefusal? ReadAttributes(ReadOnlySpan<char> rest, string?[] values)
    {
        for (var read = 0; read < Names.Length; read++)
        {
            var equals = rest.IndexOf('=');
            if (equals < 0)
                return SignatureRefusal.Malformed($"must have the attributes {string.Join(", ", Names)}");
            var index = Names.AsSpan().IndexOf(rest[..equals].ToString());
            if (index < 0)
                return SignatureRefusal.Malformed($"must have no other attributes than {string.Join(", ", Names)}");
            if (values[index] is not null)
                return SignatureRefusal.Malformed($"{Names[index]}: must be given once");
            rest = rest[(equals + 1)..];
            if (rest is not ['"', ..] || rest[1..].IndexOf('"') is not (> 0 and var length))
                return SignatureRefusal.Malformed($"{Names[index]}: must have a value in double quotes");
            values[index] = rest.Slice(1, length).ToString();
            rest = rest[(length + 2)..].TrimStart(' ');
            if (read == Names.Length - 1)
                return rest.IsEmpty ? null : SignatureRefusal.Malformed($"must have no other attributes than {string.Join(", ", Names)}");
            if (rest is not [',', ..])
                return SignatureRefusal.Malformed($"must have the attributes {string.Join(", ", Names)}, separated by commas");
            rest = rest[1..].TrimStart(' ');
        }

        return null;
    }

    private static SignatureRefusal? ReadValues(string[] values, out SignatureHeader? header)
    {
        header = null;
        if (values is not [var keyId, var algorithm, var created, var expires, var lines, var signature])
            return SignatureRefusal.Malformed("must have six attributes");
        if (keyId.Split('|') is not [var subscriber, var key, var keyAlgorithm])
            return SignatureRefusal.Malformed("keyId: must be {subscriber_id}|{unique_key_id}|ed25519");
        if (keyAlgorithm != Algorithm || algorithm != Algorithm)
            return SignatureRefusal.Unsupported($"algorithm: must be {Algorithm}, in keyId too");
        if (!SignerId.IsUsable(subscriber) || !SignerId.IsUsable(key))
            return SignatureRefusal.Malformed("keyId: subscriber_id and unique_key_id must have 1 to 255 letters, digits and -._~:/@+");
        if (lines != SignedLines)
            return SignatureRefusal.Unsupported($"headers: must be {SignedLines}");
        if (!TrySeconds(created, out var from))
            return SignatureRefusal.Malformed("created: must be seconds since 1970");
        if (!TrySeconds(expires, out var until))
            return SignatureRefusal.Malformed("expires: must be seconds since 1970");
        // Base64 that has another way to write the same bytes would be another header for the same signature.
        var bytes = new byte[SignatureBytes];
        if (signature.Length != SignatureLetters || !Convert.TryFromBase64String(signature, bytes, out var written) || written != SignatureBytes || Convert.ToBase64String(bytes) != signature)
            return SignatureRefusal.Malformed("signature: must be 64 bytes in base64 with padding");
        header = new SignatureHeader(new SignerId(subscriber, key), from, until, bytes);
        return null;
    }

    // The text is signed, so there is one text for a number.
    private static bool TrySeconds(string text, out long seconds) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) && text.Length <= MaxDigits && (text.Length == 1 || text[0] != '0');
}
