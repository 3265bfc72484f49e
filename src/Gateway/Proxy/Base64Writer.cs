using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;

namespace Pylon.Gateway.Proxy;

/// <summary>
/// Passes everything on as base64. Each flush ends with its own padding, so that nothing waits for the bytes that follow;
/// one without bytes still flushes the headers.
/// </summary>
internal sealed class Base64Writer(PipeWriter inner) : PipeWriter
{
    private readonly ArrayBufferWriter<byte> _pending = new();

    public override Memory<byte> GetMemory(int sizeHint = 0) => _pending.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _pending.GetSpan(sizeHint);

    public override void Advance(int bytes) => _pending.Advance(bytes);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Encode();
        return inner.FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        Encode();
        inner.Complete(exception);
    }

    private void Encode()
    {
        if (_pending.WrittenCount == 0)
            return;
        var text = inner.GetSpan(Base64.GetMaxEncodedToUtf8Length(_pending.WrittenCount));
        Base64.EncodeToUtf8(_pending.WrittenSpan, text, out _, out var length);
        inner.Advance(length);
        _pending.ResetWrittenCount();
    }
}
