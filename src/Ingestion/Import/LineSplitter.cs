using Pylon.Rpc;

namespace Pylon.Ingestion.Import;

/// <summary>Cuts text that comes in pieces into its lines, of which it keeps no more than the one that is being read.</summary>
internal sealed class LineSplitter
{
    public const int LongestLine = 4096;

    private readonly byte[] _begun = new byte[LongestLine + 2];
    private int _length;
    private ReadOnlyMemory<byte> _piece;

    /// <summary>Of the line read last, from 1.</summary>
    public long Number { get; set; }

    /// <summary>The next piece, when the one before has been read.</summary>
    public void Feed(ReadOnlyMemory<byte> piece) => _piece = piece;

    /// <summary>The next line without its end; false when more has to be fed. Valid until the next call.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        var rest = _piece.Span;
        var end = rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            Keep(rest);
            _piece = default;
            line = default;
            return false;
        }

        line = rest[..end];
        if (_length > 0)
        {
            Keep(line);
            line = _begun.AsSpan(0, _length);
            _length = 0;
        }

        _piece = _piece[(end + 1)..];
        line = Ended(line);
        return true;
    }

    /// <summary>What stands after the last line break; false when nothing does.</summary>
    public bool TryReadLast(out ReadOnlySpan<byte> line)
    {
        line = default;
        if (_length == 0)
            return false;
        line = Ended(_begun.AsSpan(0, _length));
        _length = 0;
        return true;
    }

    private ReadOnlySpan<byte> Ended(ReadOnlySpan<byte> line)
    {
        Number++;
        if (line is [.., (byte)'\r'])
            line = line[..^1];
        return line.Length <= LongestLine ? line : throw TooLong(Number);
    }

    private void Keep(ReadOnlySpan<byte> more)
    {
        if (_length + more.Length > _begun.Length)
            throw TooLong(Number + 1);
        more.CopyTo(_begun.AsSpan(_length));
        _length += more.Length;
    }

    private static RefusalException TooLong(long number) =>
        Refusal.InvalidArgument("data", $"must have lines of at most {LongestLine} bytes, and line {number} is longer").AsException();
}
