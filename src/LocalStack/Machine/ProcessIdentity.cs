using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Pylon.LocalStack.Machine;

/// <summary>
/// A process id with the moment at which the process started (clock ticks since boot on Linux, milliseconds of the epoch
/// elsewhere): a later process with the same id is another one.
/// </summary>
public sealed record ProcessIdentity(int Pid, long Started)
{
    /// <summary>The process that has this id now, or null.</summary>
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

    /// <summary>True while this process runs; a zombie does not count.</summary>
    public bool IsAlive => Of(Pid) == this;

    /// <summary>Resident memory in bytes, or null when it is unknown.</summary>
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

    /// <summary>Sends the signal, unless the process has ended.</summary>
    public bool Send(Signal signal) => IsAlive && Signals.Send(Pid, signal);

    /// <summary>Asks the process to end, kills it after <paramref name="patience"/>, and waits until it has ended.</summary>
    public async Task<bool> EndAsync(Signal ask, TimeSpan patience, CancellationToken cancellationToken = default)
    {
        Send(ask);
        if (await EndsWithinAsync(patience, cancellationToken))
            return true;
        Send(Signal.Kill);
        return await EndsWithinAsync(TimeSpan.FromSeconds(10), cancellationToken);
    }

    private async Task<bool> EndsWithinAsync(TimeSpan limit, CancellationToken cancellationToken)
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
