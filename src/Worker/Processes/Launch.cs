using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Pylon.Worker.Jobs;

namespace Pylon.Worker.Processes;

/// <summary>Starts a process with posix_spawn.</summary>
internal static class Launch
{
    private const int Reading = 0;

    /// <summary>What is missing to start processes; null when nothing is.</summary>
    public static string? Missing => (OperatingSystem.IsLinux(), CommandLine.Find("setpriv"), CommandLine.Find("prlimit")) switch
    {
        (false, _, _) => "a worker runs on Linux only",
        (_, null, _) or (_, _, null) => "needs setpriv and prlimit: apt-get install util-linux",
        _ => null,
    };

    /// <summary>Its process id and the end of the pipe that its output comes from.</summary>
    public static (int Pid, SafeFileHandle Output) Start(ProcessStart start)
    {
        var command = Command(start);
        var ends = new int[2];
        if (CLibrary.Pipe(ends, CLibrary.CloseOnExec) != 0)
            throw new WorkerException($"pipe2 failed with error {Marshal.GetLastPInvokeError()}");
        using var arguments = new Texts(command);
        using var environment = new Texts(start.Environment.Select(one => $"{one.Key}={one.Value}"));
        nint actions = Marshal.AllocHGlobal(CLibrary.OpaqueBytes), attributes = Marshal.AllocHGlobal(CLibrary.OpaqueBytes), signals = Marshal.AllocHGlobal(CLibrary.OpaqueBytes);
        try
        {
            Check(CLibrary.InitActions(actions));
            Check(CLibrary.AddDirectory(actions, start.Directory));
            Check(CLibrary.AddOpen(actions, 0, "/dev/null", Reading, 0));
            Check(CLibrary.AddDuplicate(actions, ends[1], 1));
            Check(CLibrary.AddDuplicate(actions, ends[1], 2));
            Check(CLibrary.InitAttributes(attributes));
            Check(CLibrary.SetGroup(attributes, 0));
            _ = CLibrary.Empty(signals);
            Check(CLibrary.SetMask(attributes, signals));
            _ = CLibrary.Fill(signals);
            Check(CLibrary.SetDefaults(attributes, signals));
            Check(CLibrary.SetFlags(attributes, CLibrary.SetProcessGroup | CLibrary.SetSignalMask | CLibrary.SetSignalDefaults));
            Check(CLibrary.Spawn(out var pid, arguments.Pointers[0], actions, attributes, arguments.Pointers, environment.Pointers));
            return (pid, new SafeFileHandle(ends[0], ownsHandle: true));
        }
        catch
        {
            _ = CLibrary.Close(ends[0]);
            throw;
        }
        finally
        {
            _ = CLibrary.Close(ends[1]);
            _ = CLibrary.DestroyActions(actions);
            _ = CLibrary.DestroyAttributes(attributes);
            Marshal.FreeHGlobal(actions);
            Marshal.FreeHGlobal(attributes);
            Marshal.FreeHGlobal(signals);
        }
    }

    // The first makes the kernel end it with us, the second limits it; both become the program.
    private static List<string> Command(ProcessStart start)
    {
        if (Missing is { } missing)
            throw new WorkerException(missing);
        List<string> command = [CommandLine.Find("setpriv")!, "--pdeathsig", "KILL", "--", CommandLine.Find("prlimit")!, "--core=0"];
        if (start.MemoryMb is { } memory)
            command.Add(string.Create(CultureInfo.InvariantCulture, $"--as={(long)memory * 1024 * 1024}"));
        return [.. command, "--", CommandLine.Find(start.Command[0]) ?? start.Command[0], .. start.Command.Skip(1)];
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw new WorkerException($"could not start a process: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Texts as the C library takes them, with a null behind the last.</summary>
    private sealed class Texts(IEnumerable<string> texts) : IDisposable
    {
        public nint[] Pointers { get; } = [.. texts.Select(Marshal.StringToCoTaskMemUTF8), 0];

        public void Dispose()
        {
            foreach (var pointer in Pointers)
                Marshal.FreeCoTaskMem(pointer);
        }
    }
}
