using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;

namespace Pylon.LocalStack.Servers;

/// <summary>How a <see cref="PrivateServer"/> is set up.</summary>
public sealed record PrivateServerOptions(string DataDirectory, string LogFile, int Port)
{
    /// <summary>Used when PostgreSQL's unprivileged user cannot write to <see cref="DataDirectory"/>.</summary>
    public string? FallbackDirectory { get; init; }

    /// <summary>True when the data are deleted with the server. It is faster: the data survive a kill of the process, but no power cut.</summary>
    public bool Throwaway { get; init; }

    /// <summary>True when throw-away data are written as safely as those of the stack, for measurements.</summary>
    public bool Durable { get; init; }

    /// <summary>A directory around data and log that is deleted with them.</summary>
    internal string? Enclosing { get; init; }

    /// <summary>Gets a line about each slow or unusual step.</summary>
    public Action<string>? Report { get; init; }
}

/// <summary>A server of our own on a loopback port.</summary>
public abstract class PrivateServer : StackProcess
{
    private const int Attempts = 3;

    private protected PrivateServer(string name, PrivateServerOptions options)
        : base(name, options.LogFile) => Options = options;

    /// <summary>Where it listens, always on 127.0.0.1.</summary>
    public int Port => Options.Port;

    /// <summary>Where its data are: the directory of the options, or the fallback.</summary>
    public string DataDirectory => Options.DataDirectory;

    /// <inheritdoc/>
    public override string Address => $"127.0.0.1:{Port}";

    private protected PrivateServerOptions Options { get; }

    private protected override IEnumerable<string> DeletedAtEnd => Options.Throwaway ? [DataDirectory, Options.Enclosing ?? DataDirectory] : [];

    /// <summary>Starts a server in a directory of its own, on a random port.</summary>
    private protected static async Task<T> StartThrowawayAsync<T>(string what, Func<PrivateServerOptions, Task<T>> start, bool durable = false, bool inMemory = false)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (directory, port) = (ThrowawayDirectory.Create(what, inMemory), Ports.Throwaway());
            var options = new PrivateServerOptions(Path.Combine(directory, "data"), Path.Combine(directory, "log"), port)
            {
                Throwaway = true,
                Durable = durable,
                Enclosing = directory,
                FallbackDirectory = Path.Combine("/var/tmp", Path.GetFileName(directory)),
            };
            try
            {
                return await start(options);
            }
            catch (StackException) when (attempt < Attempts && !Ports.IsFree(port))
            {
                // another process took the port before the server did
            }
        }
    }

    /// <summary>Starts the server and returns it; when it does not start, it is disposed.</summary>
    private protected static async Task<T> StartedAsync<T>(T server, CancellationToken cancellationToken)
        where T : PrivateServer
    {
        try
        {
            await server.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }
}
