using System.Buffers.Binary;
using System.Numerics;

namespace System.IO.Hashing;

/// <summary>XXH64, after its published specification.</summary>
public static class XxHash64
{
    private const ulong P1 = 0x9E3779B185EBCA87;
    private const ulong P2 = 0xC2B2AE3D27D4EB4F;
    private const ulong P3 = 0x165667B19E3779F9;
    private const ulong P4 = 0x85EBCA77C2B2AE63;
    private const ulong P5 = 0x27D4EB2F165667C5;

    /// <summary>The hash in eight bytes, the highest first.</summary>
    public static byte[] Hash(byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Hash(new ReadOnlySpan<byte>(source));
    }

    public static byte[] Hash(ReadOnlySpan<byte> source, long seed = 0)
    {
        var hash = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(hash, HashToUInt64(source, seed));
        return hash;
    }

    public static ulong HashToUInt64(ReadOnlySpan<byte> source, long seed = 0)
    {
        unchecked
        {
            var s = (ulong)seed;
            var rest = source;
            ulong hash;
            if (rest.Length >= 32)
            {
                ulong v1 = s + P1 + P2, v2 = s + P2, v3 = s, v4 = s - P1;
                for (; rest.Length >= 32; rest = rest[32..])
                {
                    v1 = Round(v1, Word(rest));
                    v2 = Round(v2, Word(rest[8..]));
                    v3 = Round(v3, Word(rest[16..]));
                    v4 = Round(v4, Word(rest[24..]));
                }

                hash = BitOperations.RotateLeft(v1, 1) + BitOperations.RotateLeft(v2, 7)
                    + BitOperations.RotateLeft(v3, 12) + BitOperations.RotateLeft(v4, 18);
                hash = Merge(Merge(Merge(Merge(hash, v1), v2), v3), v4);
            }
            else
            {
                hash = s + P5;
            }

            return Finish(hash + (ulong)source.Length, rest);
        }
    }

    internal static ulong Avalanche(ulong hash)
    {
        unchecked
        {
            hash ^= hash >> 33;
            hash *= P2;
            hash ^= hash >> 29;
            hash *= P3;
            return hash ^ (hash >> 32);
        }
    }

    private static ulong Finish(ulong hash, ReadOnlySpan<byte> rest)
    {
        unchecked
        {
            for (; rest.Length >= 8; rest = rest[8..])
                hash = (BitOperations.RotateLeft(hash ^ Round(0, Word(rest)), 27) * P1) + P4;
            if (rest.Length >= 4)
            {
                var word = (ulong)BinaryPrimitives.ReadUInt32LittleEndian(rest);
                hash = (BitOperations.RotateLeft(hash ^ (word * P1), 23) * P2) + P3;
                rest = rest[4..];
            }

            foreach (var b in rest)
                hash = BitOperations.RotateLeft(hash ^ (b * P5), 11) * P1;
            return Avalanche(hash);
        }
    }

    private static ulong Round(ulong accumulator, ulong word) =>
        unchecked(BitOperations.RotateLeft(accumulator + (word * P2), 31) * P1);

    private static ulong Merge(ulong hash, ulong accumulator) =>
        unchecked(((hash ^ Round(0, accumulator)) * P1) + P4);

    private static ulong Word(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadUInt64LittleEndian(source);
}
