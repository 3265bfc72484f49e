using System.Net.Sockets;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;

namespace Pylon.LocalStack.Servers;

/// <summary>The distribution's PgBouncer on a loopback port before a PostgreSQL, for tests: a database for each schema, whose search path it sets.</summary>
public sealed class PrivatePgBouncer : PrivateServer
{
    private const string Advice = "Not installed: PgBouncer. Install it with your package manager, for example: sudo apt-get install -y pgbouncer";

    private readonly string _program;
    private readonly string? _user;
    private readonly IReadOnlyList<string> _settings;

    private PrivatePgBouncer(PrivateServerOptions options, string program, string? user, IReadOnlyList<string> settings)
        : base("pgbouncer", options) => (_program, _user, _settings) = (program, user, settings);

    /// <summary>Starts one; it is installed when it is missing and that needs no question.</summary>
    /// <param name="address">PostgreSQL in the words of PgBouncer: <c>host=… port=… dbname=… user=…</c>.</param>
    /// <param name="schemas">Each is a database of the pooler.</param>
    /// <param name="mode">transaction or session.</param>
    /// <param name="poolSize">Connections to PostgreSQL for each database.</param>
    /// <param name="reporter">Shows the installation.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StackException">It cannot be installed, or does not start.</exception>
    public static async Task<PrivatePgBouncer> StartThrowawayAsync(string address, IReadOnlyList<string> schemas, string mode, int poolSize, IStackReporter reporter, CancellationToken cancellationToken = default)
    {
        if (Tools.Find("pgbouncer") is null)
            await DebianPackages.InstallAsync(["pgbouncer"], Advice, reporter, cancellationToken);
        var program = Tools.Find("pgbouncer") ?? throw new StackException(Advice);
        // Nobody is asked for a password: it is on loopback, as the server behind it.
        string[] settings =
        [
            "[databases]", .. schemas.Select(schema => $"{schema} = {address} connect_query='SET search_path = {schema}, public'"),
            "[pgbouncer]", $"pool_mode = {mode}", $"default_pool_size = {poolSize}", "max_client_conn = 500", "auth_type = any", "listen_addr = 127.0.0.1", "unix_socket_dir =",
        ];
        return await StartThrowawayAsync(
            "pgbouncer",
            async options =>
            {
                var user = await UnprivilegedUser.ForAsync(options.DataDirectory, cancellationToken);
                if (!await UnprivilegedUser.OwnsAsync(user, options.DataDirectory, cancellationToken))
                    throw new StackException($"pgbouncer did not start: user '{user}' cannot write to {options.DataDirectory}.");
                return await StartedAsync(new PrivatePgBouncer(options, program, user, settings), cancellationToken);
            });
    }

    private string SettingsFile => Path.Combine(DataDirectory, "pgbouncer.ini");

    private protected override Task PrepareAsync(CancellationToken cancellationToken) =>
        File.WriteAllLinesAsync(SettingsFile, [.. _settings, $"listen_port = {Port}"], cancellationToken);

    private protected override LaunchPlan Plan() => new(_program, [SettingsFile], LogFile) { User = _user, WorkingDirectory = DataDirectory, SignalWhenOrphaned = Signal.Kill };

    private protected override async Task<string?> NotReadyBecauseAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, cancellationToken);
            return null;
        }
        catch (SocketException)
        {
            return "it does not accept connections yet";
        }
    }
}
