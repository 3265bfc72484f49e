using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Pylon.LocalStack.Machine;

/// <summary>
/// A process told apart from a later one that was given the same id: the id and the moment at which it started
/// (clock ticks since boot on Linux, milliseconds of the epoch elsewhere).
/// </summary>
public sealed record ProcessIdentity(int Pid, long Started)
{
    /// <summary>Who has this id now, or null when nobody has.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        if (OperatingSystem.IsLinux())
            return ReadStat(pid) is { State: not ('Z' or 'X') } stat ? new ProcessIdentity(pid, stat.Started) : null;

        try
        {
            using var process = Process.GetProcessById(pid);
            return new ProcessIdentity(pid, new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds());
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    /// <summary>True while this very process runs; a zombie does not count.</summary>
    public bool IsAlive => Of(Pid) == this;

    /// <summary>Resident memory in bytes, or null when it cannot be told.</summary>
    public long? ResidentBytes()
    {
        if (!IsAlive)
            return null;
        try
        {
            using var process = Process.GetProcessById(Pid);
            return process.WorkingSet64;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Sends the signal, unless the process is gone and its id belongs to another.</summary>
    public bool Send(Signal signal) => IsAlive && Signals.Send(Pid, signal);

    /// <summary>Asks the process to end, insists after <paramref name="patience"/>, and waits until it is gone.</summary>
    public async Task<bool> EndAsync(Signal ask, TimeSpan patience, CancellationToken cancellationToken = default)
    {
        Send(ask);
        if (await GoneWithinAsync(patience, cancellationToken))
            return true;
        Send(Signal.Kill);
        return await GoneWithinAsync(TimeSpan.FromSeconds(10), cancellationToken);
    }

    private async Task<bool> GoneWithinAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (IsAlive)
        {
            if (clock.Elapsed > limit)
                return false;
            await Task.Delay(TimeSpan.FromMilliseconds(30), cancellationToken);
        }

        return true;
    }

    // proc(5): the second field is the name in parentheses, and a name may hold blanks and parentheses itself.
    private static (char State, long Started)? ReadStat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
