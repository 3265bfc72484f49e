namespace Pylon.LocalStack.Machine;

/// <summary>Files that only their user may read.</summary>
internal static class SecretFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Replaces the file by one with this line.</summary>
    public static void Write(string path, string line)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var unfinished = $"{path}.{Environment.ProcessId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var writer = new StreamWriter(unfinished, options))
            writer.WriteLine(line);
        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>The line of the file, which is made first when it is not there.</summary>
    public static string ReadOrMake(string path, Func<string> make)
    {
        if (!File.Exists(path))
            Write(path, make());
        return File.ReadAllText(path).Trim();
    }
}
