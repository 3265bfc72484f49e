using System.Text;
using System.Text.Unicode;

namespace Pylon.Rpc;

/// <summary>
/// Cuts bytes that arrive in pieces into blocks of whole lines, and refuses a line that is too long or is not UTF-8, with
/// its number. It keeps one block, whatever the length of the file.
/// </summary>
/// <param name="firstLine">The number of the line after the first, which names the columns and is line 1.</param>
public sealed class LineBlocks(long firstLine)
{
    private const int LongestLine = 4096;

    private readonly byte[] _block = new byte[32 * 1024];
    private int _length;
    private long _next = 1;
    private ReadOnlyMemory<byte> _piece;

    /// <summary>The next piece, when the one before has been read.</summary>
    public void Feed(ReadOnlyMemory<byte> piece) => _piece = piece;

    /// <summary>The next lines with the number of the first of them; false when more has to be fed.</summary>
    public bool TryRead(out string lines, out long number)
    {
        var taken = Math.Min(_piece.Length, _block.Length - _length);
        _piece.Span[..taken].CopyTo(_block.AsSpan(_length));
        (_piece, _length) = (_piece[taken..], _length + taken);
        return TryTake(_block.AsSpan(0, _length).LastIndexOf((byte)'\n') + 1, out lines, out number);
    }

    /// <summary>What follows the last line break; false when nothing does.</summary>
    public bool TryReadLast(out string line, out long number) => TryTake(_length, out line, out number);

    private bool TryTake(int length, out string lines, out long number)
    {
        number = _next;
        for (var rest = _block.AsSpan(0, length); !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n');
            Check(end < 0 ? rest : rest[..end]);
            rest = end < 0 ? default : rest[(end + 1)..];
            _next = _next == 1 ? firstLine : _next + 1;
        }

        lines = Encoding.UTF8.GetString(_block, 0, length);
        _block.AsSpan(length, _length - length).CopyTo(_block);
        _length -= length;
        // With the first byte of its end.
        if (_length > LongestLine + 1)
            throw TooLong();
        return length > 0;
    }

    private void Check(ReadOnlySpan<byte> line)
    {
        if ((line is [.., (byte)'\r'] ? line.Length - 1 : line.Length) > LongestLine)
            throw TooLong();
        if (!Utf8.IsValid(line))
            throw Refusal.InvalidArgument("data", $"must be UTF-8 text, and line {_next} is not").AsException();
    }

    private RefusalException TooLong() =>
        Refusal.InvalidArgument("data", $"must have lines of at most {LongestLine} bytes, and line {_next} is longer").AsException();
}
