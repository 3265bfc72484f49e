using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>
/// The <c>deflate</c> message encoding. HTTP means the zlib format by that name (RFC 9110, 8.4.1.2), not the bare stream.
/// </summary>
public sealed class DeflateCompressionProvider(CompressionLevel defaultCompressionLevel) : ICompressionProvider
{
    public string EncodingName => "deflate";

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        new ZLibStream(stream, compressionLevel ?? defaultCompressionLevel, leaveOpen: true);

    public Stream CreateDecompressionStream(Stream stream) =>
        new ZLibStream(stream, CompressionMode.Decompress, leaveOpen: true);
}
