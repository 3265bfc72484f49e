using System.Security.Cryptography;
using System.Text;

namespace Pylon.Conductor.Shared;

/// <summary>Ids that are the same whenever they are made of the same parts.</summary>
internal static class StableId
{
    public static Guid Of(params IEnumerable<string> parts)
    {
        // The separator cannot be in a part: control characters are refused in every id.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001f', parts)));
        // Version 8: a UUID whose bits are the maker's own.
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
