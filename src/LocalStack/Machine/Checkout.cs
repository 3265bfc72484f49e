using System.Security.Cryptography;
using System.Text;

namespace Pylon.LocalStack.Machine;

/// <summary>The source tree that this command belongs to, and the places under its <c>.pylon/</c>.</summary>
public sealed class Checkout
{
    /// <summary>A checkout at a known place.</summary>
    public Checkout(string root) => Root = Path.GetFullPath(root);

    /// <summary>The directory with Pylon.sln.</summary>
    public string Root { get; }

    /// <summary>Everything that the local stack keeps.</summary>
    public string Home => Path.Combine(Root, ".pylon");

    /// <summary>What the servers store.</summary>
    public string Data => Path.Combine(Home, "data");

    /// <summary>One file for each process.</summary>
    public string Logs => Path.Combine(Home, "logs");

    /// <summary>What runs where, to be sourced by a shell.</summary>
    public string EnvFile => Path.Combine(Home, "env");

    internal string StateFile => Path.Combine(Home, "state.json");

    internal string LockFile => Path.Combine(Home, "lock");

    /// <summary>The same for the same path, another for another: tells the data of two checkouts apart outside of them.</summary>
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

    /// <summary>The program of a service as a build of this configuration leaves it.</summary>
    public string Program(string project, string configuration) =>
        Path.Combine(Root, "src", project, "bin", configuration, "net10.0", $"Pylon.{project}.dll");

    public void MakeHome()
    {
        try
        {
            // PostgreSQL's user has to get through here, whatever the umask.
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
