using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>One message encoding: what it is called in <c>grpc-encoding</c>, and how to go in and out of it.</summary>
public interface ICompressionProvider
{
    string EncodingName { get; }

    Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel);

    Stream CreateDecompressionStream(Stream stream);
}
