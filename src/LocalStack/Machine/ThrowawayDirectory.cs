using System.Security.Cryptography;

namespace Pylon.LocalStack.Machine;

/// <summary>
/// Directories of throw-away servers. The name has the process that made it: the next run deletes what a killed run left
/// behind.
/// </summary>
internal static class ThrowawayDirectory
{
    private const string Prefix = "pylon-throwaway";
    private const string Memory = "/dev/shm";
    private const long MemoryNeeded = 4L * 1024 * 1024 * 1024;
    private static readonly string[] Roots = [.. new[] { Path.GetTempPath(), "/var/tmp", Memory }.Distinct()];
    private static readonly Lazy<bool> CleanedUp = new(CleanUp);

    /// <param name="what">A part of its name.</param>
    /// <param name="inMemory">In the file system in memory that Linux has, when that has room.</param>
    public static string Create(string what, bool inMemory = false)
    {
        _ = CleanedUp.Value;
        var me = ProcessIdentity.Of(Environment.ProcessId) ?? new ProcessIdentity(Environment.ProcessId, 0);
        var name = $"{Prefix}-{me.Pid}-{me.Started}-{what}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}";
        return Directory.CreateDirectory(Path.Combine(inMemory && HasRoomInMemory() ? Memory : Path.GetTempPath(), name)).FullName;
    }

    public static void Delete(string directory)
    {
        try
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // the server may still write; the next run deletes it
        }
    }

    private static bool HasRoomInMemory() => Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace >= MemoryNeeded;

    private static bool CleanUp()
    {
        foreach (var directory in Roots.Where(Directory.Exists).SelectMany(root => Directory.GetDirectories(root, Prefix + "-*")))
        {
            var parts = Path.GetFileName(directory)[(Prefix.Length + 1)..].Split('-');
            if (int.TryParse(parts[0], out var pid) && long.TryParse(parts.ElementAtOrDefault(1), out var started) && !new ProcessIdentity(pid, started).IsAlive)
                Delete(directory);
        }

        return true;
    }
}
