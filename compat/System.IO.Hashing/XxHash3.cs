using System.Buffers.Binary;
using System.Numerics;

namespace System.IO.Hashing;

/// <summary>XXH3 with 64 bits, after its published specification: five ways, by the length of the input.</summary>
public static class XxHash3
{
    private const ulong P32A = 0x9E3779B1;
    private const ulong P32B = 0x85EBCA77;
    private const ulong P32C = 0xC2B2AE3D;
    private const ulong P1 = 0x9E3779B185EBCA87;
    private const ulong P2 = 0xC2B2AE3D27D4EB4F;
    private const ulong P3 = 0x165667B19E3779F9;
    private const ulong P4 = 0x85EBCA77C2B2AE63;
    private const ulong P5 = 0x27D4EB2F165667C5;

    private const int Stripe = 64;
    private const int SecretStep = 8;
    private const int SecretLength = 192;
    private const int StripesPerBlock = (SecretLength - Stripe) / SecretStep;

    private static ReadOnlySpan<byte> DefaultSecret =>
    [
        0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
        0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
        0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
        0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
        0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
        0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
        0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
        0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
        0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
        0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
        0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
        0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
    ];

    public static ulong HashToUInt64(ReadOnlySpan<byte> source, long seed = 0) => unchecked(source.Length switch
    {
        0 => XxHash64.Avalanche((ulong)seed ^ Word(DefaultSecret[56..]) ^ Word(DefaultSecret[64..])),
        <= 3 => UpTo3(source, (ulong)seed),
        <= 8 => UpTo8(source, (ulong)seed),
        <= 16 => UpTo16(source, (ulong)seed),
        <= 128 => UpTo128(source, (ulong)seed),
        <= 240 => UpTo240(source, (ulong)seed),
        _ => Long(source, (ulong)seed),
    });

    private static ulong UpTo3(ReadOnlySpan<byte> source, ulong seed)
    {
        var combined = ((uint)source[0] << 16) | ((uint)source[source.Length >> 1] << 24) | source[^1]
            | ((uint)source.Length << 8);
        var flip = unchecked((Half(DefaultSecret) ^ Half(DefaultSecret[4..])) + seed);
        return XxHash64.Avalanche(combined ^ flip);
    }

    private static ulong UpTo8(ReadOnlySpan<byte> source, ulong seed)
    {
        unchecked
        {
            seed ^= (ulong)BinaryPrimitives.ReverseEndianness((uint)seed) << 32;
            var flip = (Word(DefaultSecret[8..]) ^ Word(DefaultSecret[16..])) - seed;
            var hash = (Half(source[^4..]) + ((ulong)Half(source) << 32)) ^ flip;
            hash ^= BitOperations.RotateLeft(hash, 49) ^ BitOperations.RotateLeft(hash, 24);
            hash *= 0x9FB21C651E98DF25;
            hash ^= (hash >> 35) + (ulong)source.Length;
            hash *= 0x9FB21C651E98DF25;
            return hash ^ (hash >> 28);
        }
    }

    private static ulong UpTo16(ReadOnlySpan<byte> source, ulong seed)
    {
        unchecked
        {
            var low = Word(source) ^ ((Word(DefaultSecret[24..]) ^ Word(DefaultSecret[32..])) + seed);
            var high = Word(source[^8..]) ^ ((Word(DefaultSecret[40..]) ^ Word(DefaultSecret[48..])) - seed);
            return Avalanche(
                (ulong)source.Length + BinaryPrimitives.ReverseEndianness(low) + high + Fold(low, high));
        }
    }

    private static ulong UpTo128(ReadOnlySpan<byte> source, ulong seed)
    {
        unchecked
        {
            var hash = (ulong)source.Length * P1;
            for (var i = (source.Length - 1) / 32; i >= 0; i--)
            {
                hash += Mix16(source[(16 * i)..], DefaultSecret[(32 * i)..], seed);
                hash += Mix16(source[^(16 * (i + 1))..], DefaultSecret[((32 * i) + 16)..], seed);
            }

            return Avalanche(hash);
        }
    }

    private static ulong UpTo240(ReadOnlySpan<byte> source, ulong seed)
    {
        unchecked
        {
            var hash = (ulong)source.Length * P1;
            for (var i = 0; i < 8; i++)
                hash += Mix16(source[(16 * i)..], DefaultSecret[(16 * i)..], seed);
            hash = Avalanche(hash);
            for (var i = 8; i < source.Length / 16; i++)
                hash += Mix16(source[(16 * i)..], DefaultSecret[((16 * (i - 8)) + 3)..], seed);
            // The specification counts from the shortest secret allowed, of 136 bytes.
            hash += Mix16(source[^16..], DefaultSecret[(136 - 17)..], seed);
            return Avalanche(hash);
        }
    }

    private static ulong Long(ReadOnlySpan<byte> source, ulong seed)
    {
        Span<byte> secret = stackalloc byte[SecretLength];
        unchecked
        {
            for (var i = 0; i < SecretLength; i += 16)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(secret[i..], Word(DefaultSecret[i..]) + seed);
                BinaryPrimitives.WriteUInt64LittleEndian(secret[(i + 8)..], Word(DefaultSecret[(i + 8)..]) - seed);
            }

            Span<ulong> lanes = [P32C, P1, P2, P3, P4, P32B, P5, P32A];
            var stripes = (source.Length - 1) / Stripe;
            for (var i = 0; i < stripes; i++)
            {
                var inBlock = i % StripesPerBlock;
                Accumulate(lanes, source[(i * Stripe)..], secret[(inBlock * SecretStep)..]);
                if (inBlock == StripesPerBlock - 1)
                    Scramble(lanes, secret[^Stripe..]);
            }

            Accumulate(lanes, source[^Stripe..], secret[(SecretLength - Stripe - 7)..]);

            var hash = (ulong)source.Length * P1;
            for (var i = 0; i < 4; i++)
            {
                hash += Fold(
                    lanes[2 * i] ^ Word(secret[(11 + (16 * i))..]), lanes[(2 * i) + 1] ^ Word(secret[(19 + (16 * i))..]));
            }

            return Avalanche(hash);
        }
    }

    private static void Accumulate(Span<ulong> lanes, ReadOnlySpan<byte> stripe, ReadOnlySpan<byte> secret)
    {
        for (var i = 0; i < 8; i++)
        {
            var word = Word(stripe[(8 * i)..]);
            var keyed = word ^ Word(secret[(8 * i)..]);
            unchecked
            {
                lanes[i ^ 1] += word;
                lanes[i] += (uint)keyed * (keyed >> 32);
            }
        }
    }

    private static void Scramble(Span<ulong> lanes, ReadOnlySpan<byte> secret)
    {
        for (var i = 0; i < 8; i++)
            lanes[i] = unchecked((lanes[i] ^ (lanes[i] >> 47) ^ Word(secret[(8 * i)..])) * P32A);
    }

    private static ulong Mix16(ReadOnlySpan<byte> source, ReadOnlySpan<byte> secret, ulong seed) => unchecked(
        Fold(Word(source) ^ (Word(secret) + seed), Word(source[8..]) ^ (Word(secret[8..]) - seed)));

    private static ulong Fold(ulong a, ulong b) => Math.BigMul(a, b, out var low) ^ low;

    private static ulong Avalanche(ulong hash)
    {
        hash ^= hash >> 37;
        hash = unchecked(hash * 0x165667919E3779F9);
        return hash ^ (hash >> 32);
    }

    private static uint Half(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadUInt32LittleEndian(source);

    private static ulong Word(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadUInt64LittleEndian(source);
}
