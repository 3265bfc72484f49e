using System.Net;
using System.Net.Http.Headers;
using Pylon.Orchestrator.Queue;

namespace Pylon.Orchestrator.Beckn;

/// <summary>
/// A message whose bytes are written only while the lease is held. A process that was frozen after the message was stored
/// may go on when another holds the workload: it is asked here, when the connection is open and nothing is left to do but
/// to write. What remains is a process that is frozen between the answer and the write.
/// </summary>
internal sealed class LeasedContent : HttpContent
{
    private readonly byte[] _message;
    private readonly Lease _lease;
    private readonly StepWriter _writer;
    private readonly TimeProvider _time;

    public LeasedContent(byte[] message, Lease lease, StepWriter writer, TimeProvider time)
    {
        (_message, _lease, _writer, _time) = (message, lease, writer, time);
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <exception cref="LeaseLostException">Nothing is written.</exception>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var asked = _time.GetTimestamp();
        if (await _writer.LeaseLeftAsync(_lease, cancellationToken) is not { } left || _time.GetElapsedTime(asked) >= left)
            throw new LeaseLostException(_lease);
        await stream.WriteAsync(_message, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _message.Length;
        return true;
    }
}
