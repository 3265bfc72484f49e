using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Pylon.Access;

/// <summary>
/// The key of a caller: <c>pyl_{id}_{secret}</c>, the id a UUID without hyphens, the secret 43 letters and digits, which are 256
/// random bits. So a plain SHA-256 is enough to store.
/// </summary>
public sealed class ApiKey
{
    private const string Prefix = "pyl_";
    private const int IdLength = 32;
    private const int SecretLength = 43;
    private const int Length = 4 + IdLength + 1 + SecretLength;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);

    private ApiKey(Guid id, string text) => (Id, Text) = (id, text);

    /// <summary>Under which it is stored; no secret.</summary>
    public Guid Id { get; }

    /// <summary>The whole key, which its holder keeps secret.</summary>
    public string Text { get; }

    /// <summary>A new key.</summary>
    public static ApiKey Create()
    {
        var id = Guid.CreateVersion7();
        return new ApiKey(id, $"{Prefix}{id:N}_{RandomNumberGenerator.GetString(Alphabet, SecretLength)}");
    }

    /// <summary>True for a text that begins as a key does.</summary>
    public static bool IsMeant(ReadOnlySpan<char> text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>False for a text that no key has.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ApiKey? key)
    {
        key = null;
        // The id in lower case only: one key has one text.
        if (text.Length != Length || !IsMeant(text) || text[Prefix.Length + IdLength] != '_' || text.AsSpan(Length - SecretLength).ContainsAnyExcept(Letters)
            || text.AsSpan(Prefix.Length, IdLength).ContainsAnyInRange('A', 'Z') || !Guid.TryParseExact(text.AsSpan(Prefix.Length, IdLength), "N", out var id))
        {
            return false;
        }

        key = new ApiKey(id, text);
        return true;
    }

    /// <summary>What is stored: SHA-256 of the text, 32 bytes.</summary>
    public byte[] Hash() => SHA256.HashData(Encoding.ASCII.GetBytes(Text));

    /// <summary>The id: a key is in no log.</summary>
    public override string ToString() => $"{Prefix}{Id:N}_…";
}
