using System.Security.Cryptography;
using System.Text;

namespace Pylon.LocalStack.Machine;

/// <summary>The source tree of the running code, and the places under its <c>.pylon/</c>.</summary>
public sealed class Checkout
{
    /// <summary>The checkout in this directory.</summary>
    public Checkout(string root) => Root = Path.GetFullPath(root);

    /// <summary>The directory with Pylon.sln.</summary>
    public string Root { get; }

    /// <summary>Where the local stack keeps its files.</summary>
    public string Home => Path.Combine(Root, ".pylon");

    /// <summary>The servers' data.</summary>
    public string Data => Path.Combine(Home, "data");

    /// <summary>The log files, one for each process.</summary>
    public string Logs => Path.Combine(Home, "logs");

    /// <summary>What runs where, for a shell to source.</summary>
    public string EnvFile => Path.Combine(Home, "env");

    internal string StateFile => Path.Combine(Home, "state.json");

    internal string LockFile => Path.Combine(Home, "lock");

    /// <summary>Differs for each path: names what a checkout keeps outside itself.</summary>
    internal string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Root)))[..12];

    /// <summary>The checkout that the running code was built in.</summary>
    public static Checkout Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Pylon.sln")))
                return new Checkout(directory.FullName);
        }

        throw new StackException($"{AppContext.BaseDirectory} is not inside a Pylon checkout.");
    }

    /// <summary>The program of a service in the output of this configuration.</summary>
    public string Program(string project, string configuration) =>
        Path.Combine(Root, "src", project, "bin", configuration, "net10.0", $"Pylon.{project}.dll");

    /// <summary>Makes the directories under <c>.pylon/</c>.</summary>
    public void MakeHome()
    {
        try
        {
            // PostgreSQL's user must be able to enter, whatever the umask.
            foreach (var directory in (string[])[Home, Data, Logs])
            {
                Directory.CreateDirectory(directory);
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StackException($"Cannot write to {Home}: {e.Message} Another user may have run pylon here before.", e);
        }
    }
}
