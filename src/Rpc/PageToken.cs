using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;

namespace Pylon.Rpc;

/// <summary>
/// Where a page of a list ended: the time and id of its last row (keyset paging; the id breaks ties). Opaque to the
/// caller; a token that no answer contained is refused with INVALID_ARGUMENT.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PageToken(DateTimeOffset Time, Guid Id)
{
    private const byte KeyVersion = 1;
    private const byte TextVersion = 2;
    private const int Length = 1 + sizeof(long) + 16;

    public string Encode()
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = KeyVersion;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], Time.UtcTicks);
        Id.TryWriteBytes(bytes[9..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Null for an empty token: the first page.</summary>
    public static PageToken? Decode(string token, string name = "page_token")
    {
        if (token.Length == 0)
            return null;
        var bytes = Bytes(token, name, KeyVersion);
        if (bytes.Length != Length)
            throw Invalid(name);
        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(1));
        if (ticks < DateTimeOffset.MinValue.Ticks || ticks > DateTimeOffset.MaxValue.Ticks)
            throw Invalid(name);
        return new PageToken(new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(bytes.AsSpan(9)));
    }

    /// <summary>The same for a list that is ordered by a text key.</summary>
    public static string EncodeText(string key) => Base64Url.EncodeToString([TextVersion, .. Encoding.UTF8.GetBytes(key)]);

    /// <summary>Null for an empty token: the first page.</summary>
    public static string? DecodeText(string token, string name = "page_token")
    {
        if (token.Length == 0)
            return null;
        var key = Encoding.UTF8.GetString(Bytes(token, name, TextVersion).AsSpan(1));
        // No key has it, and PostgreSQL refuses it.
        return key.Contains('\0', StringComparison.Ordinal) ? throw Invalid(name) : key;
    }

    private static byte[] Bytes(string token, string name, byte version)
    {
        // The longest key has 254 characters of up to four bytes.
        if (token.Length > 2048 || !Base64Url.IsValid(token))
            throw Invalid(name);
        var bytes = Base64Url.DecodeFromChars(token);
        return bytes.Length > 1 && bytes[0] == version ? bytes : throw Invalid(name);
    }

    private static RefusalException Invalid(string name) =>
        Refusal.InvalidArgument(name, "must be the next_page_token of an earlier answer to the same call").AsException();
}
