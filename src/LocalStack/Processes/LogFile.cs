using System.Text;

namespace Pylon.LocalStack.Processes;

/// <summary>The file with the output of a process.</summary>
public sealed class LogFile(string path)
{
    private const int TailBytes = 32 * 1024;

    /// <summary>Its path.</summary>
    public string Path => path;

    private string Previous => path + ".old";

    /// <summary>Renames the log of the previous run to <c>.old</c>.</summary>
    public void Rotate()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        if (File.Exists(path))
            File.Move(path, Previous, overwrite: true);
    }

    /// <summary>Its length now, in bytes.</summary>
    public long Length => File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>The last lines behind this many bytes.</summary>
    public string Tail(int lines, long since = 0)
    {
        if (!File.Exists(path))
            return "";
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(Math.Max(Math.Min(since, file.Length), file.Length - TailBytes), SeekOrigin.Begin);
            using var reader = new StreamReader(file, Encoding.UTF8);
            var all = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return string.Join('\n', all.TakeLast(lines));
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }
}
