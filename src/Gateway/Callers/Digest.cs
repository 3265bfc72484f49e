using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Pylon.Gateway.Callers;

/// <summary>SHA-256 of a credential, by which it is remembered: no key and no token is kept.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Digest(UInt128 First, UInt128 Second)
{
    /// <summary>Of a text in ASCII.</summary>
    public static Digest Of(string text)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        if (text.Length <= 256)
        {
            Span<byte> ascii = stackalloc byte[text.Length];
            SHA256.HashData(ascii[..Encoding.ASCII.GetBytes(text, ascii)], bytes);
        }
        else
        {
            SHA256.HashData(Encoding.ASCII.GetBytes(text), bytes);
        }

        return MemoryMarshal.Read<Digest>(bytes);
    }

    /// <summary>The 32 bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[SHA256.HashSizeInBytes];
        MemoryMarshal.Write(bytes, this);
        return bytes;
    }
}
