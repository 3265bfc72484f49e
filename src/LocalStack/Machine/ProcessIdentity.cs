using System.ComponentModel;
using System.Diagnostics;

namespace Pylon.LocalStack.Machine;

/// <summary>Resident memory in bytes.</summary>
/// <param name="Resident">All of it.</param>
/// <param name="Files">The part that is mapped program files. Processes share it: every .NET process maps the same framework.</param>
public sealed record ProcessMemory(long Resident, long Files);

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
            return Stat(ReadProc(pid, "stat")) is { State: not ('Z' or 'X') } stat ? new ProcessIdentity(pid, stat.Started) : null;

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

    /// <summary>Its memory, or null when the process has ended or the system has no proc(5).</summary>
    public ProcessMemory? Memory()
    {
        if (!IsAlive || ReadProc(Pid, "status") is not { } status)
            return null;
        var fields = status.Split('\n').Select(line => line.Split(':')).Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => parts[1]);
        long Bytes(string field) => long.Parse(fields[field].Replace("kB", "", StringComparison.Ordinal)) * 1024;
        return fields.ContainsKey("VmRSS") ? new ProcessMemory(Bytes("VmRSS"), Bytes("RssFile")) : null;
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
    private static (char State, long Started)? Stat(string? text)
    {
        if (text is null)
            return null;
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (fields[0][0], long.Parse(fields[19]));
    }

    private static string? ReadProc(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
