namespace Pylon.Bench.Harness;

/// <summary>nginx in the foreground, with as many workers as cores and all its files in a directory of its own.</summary>
internal static class NginxPeer
{
    /// <param name="packages">The Debian packages that it needs.</param>
    /// <param name="configuration">The blocks of its configuration, given the directory and the port.</param>
    /// <param name="cancellationToken">Ends the wait for it.</param>
    public static Task<PeerProcess> StartAsync(string packages, Func<string, int, string> configuration, CancellationToken cancellationToken) =>
        PeerProcess.StartAsync(
            PeerProcess.Program("nginx", packages),
            async (directory, port) =>
            {
                var file = Path.Combine(directory, "nginx.conf");
                await File.WriteAllTextAsync(file, $"{configuration(directory, port)}\ndaemon off;\nworker_processes auto;\npid {directory}/nginx.pid;\n", cancellationToken);
                return ["-p", directory, "-c", file, "-e", Path.Combine(directory, "error.log")];
            },
            cancellationToken);

    /// <summary>What its block <c>http</c> always says: no log of requests, temporary files in the directory.</summary>
    public static string Http(string directory) =>
        "access_log off; " + string.Join(' ', ((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]).Select(name => $"{name}_temp_path {directory}/{name};"));
}
