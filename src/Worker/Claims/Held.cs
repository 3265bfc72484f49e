using Pylon.Conductor.V1;
using Pylon.Worker.Processes;

namespace Pylon.Worker.Claims;

/// <summary>A part that this worker holds, and until when by its own clock.</summary>
internal sealed class Held : IDisposable
{
    // Before the lease ends at the Conductor the job has ended here.
    private const double SafeShare = 0.9;

    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost;
    private readonly ITimer _end;

    /// <param name="claim">Of the Conductor.</param>
    /// <param name="asked">When it was asked, as a timestamp of the clock: the lease is no longer than from then on.</param>
    /// <param name="time">The clock.</param>
    public Held(Claim claim, long asked, TimeProvider time)
    {
        (Claim, _time, _lost) = (claim, time, new CancellationTokenSource());
        Lease = claim.Lease.ToTimeSpan();
        _end = time.CreateTimer(_ => Lose(), null, Left(asked, Lease), Timeout.InfiniteTimeSpan);
    }

    public Claim Claim { get; }

    /// <summary>How long it lasts from a renewal on.</summary>
    public TimeSpan Lease { get; private set; }

    /// <summary>Is cancelled when the lease ends without a renewal, or is somebody else's.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Set while the job runs.</summary>
    public OutputFile? Output { get; set; }

    /// <param name="lease">As the Conductor told it.</param>
    /// <param name="asked">As above.</param>
    public void Renew(TimeSpan lease, long asked)
    {
        Lease = lease;
        _end.Change(Left(asked, lease), Timeout.InfiniteTimeSpan);
    }

    public void Lose()
    {
        try
        {
            _lost.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended in between.
        }
    }

    public void Dispose()
    {
        _end.Dispose();
        _lost.Dispose();
    }

    private TimeSpan Left(long asked, TimeSpan lease) => (lease * SafeShare) - _time.GetElapsedTime(asked) is { Ticks: > 0 } left ? left : TimeSpan.Zero;
}
