using System.Security.Cryptography;

namespace Pylon.Cli.Imports;

/// <summary>A file whose first line names the columns, read in parts of whole lines.</summary>
internal sealed class ImportFile : IDisposable
{
    /// <summary>A part is one call and one transaction: large enough for COPY, small enough to repeat.</summary>
    public const int PartBytes = 2 * 1024 * 1024;

    private const int LongestHeader = 64 * 1024;

    private readonly FileStream _stream;

    private readonly int _partBytes;

    private ImportFile(FileStream stream, byte[] header, string digest, int partBytes) =>
        (_stream, Header, Digest, _partBytes) = (stream, header, digest, partBytes);

    /// <summary>The first line with its line end.</summary>
    public byte[] Header { get; }

    /// <summary>SHA-256 of the file.</summary>
    public string Digest { get; }

    public long Length => _stream.Length;

    public static async Task<ImportFile> OpenAsync(string path, CancellationToken cancellationToken, int partBytes = PartBytes)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
        try
        {
            var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
            var begin = new byte[LongestHeader];
            stream.Position = 0;
            var read = await stream.ReadAtLeastAsync(begin, begin.Length, throwOnEndOfStream: false, cancellationToken);
            var end = begin.AsSpan(0, read).IndexOf((byte)'\n');
            return new ImportFile(stream, begin[..(end < 0 ? read : end + 1)], digest, partBytes);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>The lines from this offset on; empty at the end of the file.</summary>
    public async Task<byte[]> ReadPartAsync(long offset, CancellationToken cancellationToken)
    {
        var part = new byte[Math.Min(_partBytes, Math.Max(Length - offset, 0))];
        _stream.Position = offset;
        await _stream.ReadExactlyAsync(part, cancellationToken);
        if (offset + part.Length >= Length)
            return part;
        // A line that is longer than a part is sent as it is; the service rejects it with its number.
        var end = part.AsSpan().LastIndexOf((byte)'\n');
        return end < 0 ? part : part[..(end + 1)];
    }

    public void Dispose() => _stream.Dispose();
}
