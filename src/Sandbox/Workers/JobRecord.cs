using System.Collections.Concurrent;

namespace Pylon.Sandbox.Workers;

/// <summary>What the workers have played of a batch.</summary>
internal sealed class JobRecord(string batchId)
{
    private int _held;

    public string BatchId => batchId;

    /// <summary>The phase of the last part that was claimed.</summary>
    public string Phase { get; set; } = "";

    /// <summary>Parts that are being played.</summary>
    public int Held => Volatile.Read(ref _held);

    public ConcurrentQueue<object> Reports { get; } = new();

    public void Begin() => Interlocked.Increment(ref _held);

    public void End() => Interlocked.Decrement(ref _held);

    /// <param name="part">Of the report.</param>
    /// <param name="outcome">completed, failed or refused.</param>
    public void Reported(PlayedPart part, string outcome) => Reports.Enqueue(new { part.Phase, part.Part, part.Token, outcome });
}
