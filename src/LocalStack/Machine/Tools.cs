using System.ComponentModel;
using System.Diagnostics;

namespace Pylon.LocalStack.Machine;

/// <summary>How a program ended, and what it wrote.</summary>
public sealed record ToolResult(int ExitCode, string Output)
{
    /// <summary>True for exit code 0.</summary>
    public bool Succeeded => ExitCode == 0;
}

/// <summary>Finds and runs the programs of the machine.</summary>
public static class Tools
{
    // An ordinary user's PATH may leave out the directories of administrators' tools.
    private static readonly string[] AlwaysSearched = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];

    /// <summary>The directories that hold programs.</summary>
    public static IEnumerable<string> SearchPath =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(AlwaysSearched).Distinct();

    /// <summary>The path of a program, or null.</summary>
    public static string? Find(string program) =>
        SearchPath.Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    /// <summary>True when the program exists and exits with code 0.</summary>
    public static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            // On a thread of the pool: the caller may have a synchronization context.
            return Task.Run(() => RunAsync(program, arguments)).GetAwaiter().GetResult().Succeeded;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Runs a program to its end. Its two outputs are returned as one text; <paramref name="onLine"/> gets each line at once.</summary>
    public static async Task<ToolResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string? input = null,
        string? workingDirectory = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        Action<string>? onLine = null,
        CancellationToken cancellationToken = default)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            info.Environment[name] = value;

        var lines = new List<string>();
        void Take(string? line)
        {
            if (line is null)
                return;
            lock (lines)
                lines.Add(line);
            onLine?.Invoke(line);
        }

        using var process = new Process { StartInfo = info };
        process.OutputDataReceived += (_, e) => Take(e.Data);
        process.ErrorDataReceived += (_, e) => Take(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            if (input is not null)
                await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        lock (lines)
            return new ToolResult(process.ExitCode, string.Join('\n', lines));
    }
}
