using System.Runtime.InteropServices;

namespace Pylon.LocalStack.Machine;

/// <summary>The POSIX signals that the stack sends to its own processes.</summary>
public enum Signal
{
    /// <summary>PostgreSQL's fast shutdown.</summary>
    Interrupt = 2,

    /// <summary>PostgreSQL's immediate shutdown.</summary>
    Quit = 3,

    /// <summary>Ends a process at once.</summary>
    Kill = 9,

    /// <summary>Asks a process to end.</summary>
    Terminate = 15,
}

/// <summary>Sends signals.</summary>
public static partial class Signals
{
    /// <summary>Sends the signal; false when the process has ended.</summary>
    public static bool Send(int pid, Signal signal) => pid > 1 && Kill(pid, (int)signal) == 0;

    /// <summary>Stops the process where it is (SIGSTOP); false when it has ended.</summary>
    public static bool Freeze(int pid) => pid > 1 && Kill(pid, OperatingSystem.IsMacOS() ? 17 : 19) == 0;

    /// <summary>Lets a frozen process go on (SIGCONT); false when it has ended.</summary>
    public static bool Thaw(int pid) => pid > 1 && Kill(pid, OperatingSystem.IsMacOS() ? 19 : 18) == 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);
}
