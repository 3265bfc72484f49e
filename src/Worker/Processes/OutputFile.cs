using System.Text;

namespace Pylon.Worker.Processes;

/// <summary>The output of a job: its beginning in a file with a bound, and its end in memory.</summary>
internal sealed class OutputFile : IDisposable
{
    /// <summary>The characters of the end that others are told.</summary>
    public const int TailCharacters = 4_096;

    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private readonly long _most;
    private readonly byte[] _tail = new byte[TailCharacters];
    private long _count;
    private bool _closed;

    public OutputFile(string path, long mostBytes)
    {
        _most = mostBytes;
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>The end of the output, at most so many characters.</summary>
    public string Tail
    {
        get
        {
            lock (_gate)
            {
                var length = (int)Math.Min(_count, _tail.Length);
                var bytes = new byte[length];
                for (var i = 0; i < length; i++)
                    bytes[i] = _tail[(_count - length + i) % _tail.Length];
                // A character of which only the end is left.
                var text = Encoding.UTF8.GetString(bytes);
                return _count > length ? text.TrimStart('\ufffd') : text;
            }
        }
    }

    public void Write(ReadOnlyMemory<byte> piece)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            var room = (int)Math.Min(piece.Length, Math.Max(0, _most - _count));
            if (room > 0)
                _file.Write(piece.Span[..room]);
            foreach (var one in piece.Span)
                _tail[_count++ % _tail.Length] = one;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _file.Dispose();
        }
    }
}
