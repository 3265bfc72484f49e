using System.Runtime.InteropServices;

namespace Pylon.Worker.Processes;

/// <summary>The calls to the C library that System.Diagnostics.Process does not make: a process group, and what a process took.</summary>
internal static partial class CLibrary
{
    public const int SigHup = 1;
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int SigCont = 18;
    public const int SigStop = 19;

    public const int Interrupted = 4;
    public const int CloseOnExec = 0x80000;
    public const short SetProcessGroup = 0x02;
    public const short SetSignalDefaults = 0x04;
    public const short SetSignalMask = 0x08;

    // WEXITED and WNOWAIT.
    public const int Ended = 0x01000004;
    public const int OneProcess = 1;

    // The largest of these types has 336 bytes in glibc.
    public const int OpaqueBytes = 1024;

    private const string Name = "libc";

    [LibraryImport(Name, EntryPoint = "posix_spawn")]
    public static partial int Spawn(out int pid, nint path, nint actions, nint attributes, nint[] arguments, nint[] environment);

    [LibraryImport(Name, EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int InitActions(nint actions);

    [LibraryImport(Name, EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int DestroyActions(nint actions);

    [LibraryImport(Name, EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int AddDuplicate(nint actions, int from, int to);

    [LibraryImport(Name, EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddOpen(nint actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport(Name, EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddDirectory(nint actions, string path);

    [LibraryImport(Name, EntryPoint = "posix_spawnattr_init")]
    public static partial int InitAttributes(nint attributes);

    [LibraryImport(Name, EntryPoint = "posix_spawnattr_destroy")]
    public static partial int DestroyAttributes(nint attributes);

    [LibraryImport(Name, EntryPoint = "posix_spawnattr_setflags")]
    public static partial int SetFlags(nint attributes, short flags);

    [LibraryImport(Name, EntryPoint = "posix_spawnattr_setpgroup")]
    public static partial int SetGroup(nint attributes, int group);

    [LibraryImport(Name, EntryPoint = "posix_spawnattr_setsigmask")]
    public static partial int SetMask(nint attributes, nint signals);

    [LibraryImport(Name, EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int SetDefaults(nint attributes, nint signals);

    [LibraryImport(Name, EntryPoint = "sigemptyset")]
    public static partial int Empty(nint signals);

    [LibraryImport(Name, EntryPoint = "sigfillset")]
    public static partial int Fill(nint signals);

    [LibraryImport(Name, EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int[] ends, int flags);

    [LibraryImport(Name, EntryPoint = "close")]
    public static partial int Close(int descriptor);

    /// <summary>Times are in the first four numbers: seconds and microseconds of the user and of the system.</summary>
    [LibraryImport(Name, EntryPoint = "wait4", SetLastError = true)]
    public static partial int Wait(int pid, out int status, int options, long[] usage);

    /// <summary>With <see cref="Ended"/>: returns when the process has ended, which keeps its number until it is waited for.</summary>
    [LibraryImport(Name, EntryPoint = "waitid", SetLastError = true)]
    public static partial int WaitFor(int idType, int pid, byte[] information, int options);

    [LibraryImport(Name, EntryPoint = "kill")]
    public static partial int Kill(int pid, int signal);
}
