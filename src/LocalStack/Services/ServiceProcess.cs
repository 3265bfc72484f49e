using System.Net;
using System.Security.Cryptography;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;

namespace Pylon.LocalStack.Services;

/// <summary>
/// One process of one of our services. It is ready when its <c>/health</c> answers with the instance that this start gave
/// it: on the port may be another process, a service of another stack for example.
/// </summary>
public sealed class ServiceProcess : StackProcess
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        // It is on loopback, and known by the instance that it answers.
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    // Container images set these; they must not override our ports.
    private static readonly string[] NotInherited = ["ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_URLS"];

    private const string InstanceSetting = "PYLON_INSTANCE";
    private const string InstanceHeader = "Pylon-Instance";
    private const string Degraded = "{\"status\":\"degraded\"";

    private readonly string _program;
    private readonly string _scheme;
    private readonly Dictionary<string, string?> _environment;
    private string _instance = "";

    /// <summary>A process that is not started yet.</summary>
    /// <param name="name">The word for this process in messages.</param>
    /// <param name="program">The dll that dotnet runs.</param>
    /// <param name="logFile">Where its output goes.</param>
    /// <param name="httpPort">Where it answers <c>/health</c>.</param>
    /// <param name="grpcPort">Its gRPC port; null when it has no gRPC.</param>
    /// <param name="environment">Its settings.</param>
    /// <param name="hasTls">True when it answers by https.</param>
    public ServiceProcess(string name, string program, string logFile, int httpPort, int? grpcPort, IEnumerable<KeyValuePair<string, string>> environment, bool hasTls = false)
        : base(name, logFile)
    {
        _program = program;
        _scheme = hasTls ? "https" : "http";
        HttpPort = httpPort;
        GrpcPort = grpcPort;
        var variables = NotInherited.ToDictionary(variable => variable, _ => (string?)null);
        foreach (var (variable, value) in environment)
            variables[variable] = value;
        variables["PYLON_HTTP_PORT"] = httpPort.ToString();
        variables["PYLON_GRPC_PORT"] = grpcPort?.ToString();
        _environment = variables;
    }

    /// <summary>A process that is not started yet, on free ports.</summary>
    public static ServiceProcess OnFreePorts(string name, string program, string logFile, bool hasGrpc, IEnumerable<KeyValuePair<string, string>> environment)
    {
        using var ports = new Ports();
        int Free() => ports.Choose(Ports.Throwaway());
        return new ServiceProcess(name, program, logFile, Free(), hasGrpc ? Free() : null, environment);
    }

    /// <summary>HTTP/1.1 with <c>/health</c>.</summary>
    public int HttpPort { get; }

    /// <summary>h2c; null when it has no gRPC.</summary>
    public int? GrpcPort { get; }

    /// <inheritdoc/>
    public override string Address => GrpcPort is { } grpc
        ? $"{_scheme}://127.0.0.1:{HttpPort} grpc :{grpc}"
        : $"{_scheme}://127.0.0.1:{HttpPort}";

    private protected override TimeSpan ReadyTimeout => TimeSpan.FromSeconds(90);

    private protected override Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(_program))
            throw new StackException($"{Name} did not start: {_program} is not built.");
        _instance = RandomNumberGenerator.GetHexString(32, lowercase: true);
        return Task.CompletedTask;
    }

    private protected override LaunchPlan Plan() => new(Dotnet.Program, [_program], LogFile)
    {
        Environment = new Dictionary<string, string?>(_environment) { [InstanceSetting] = _instance },
        WorkingDirectory = Path.GetDirectoryName(_program),
    };

    private protected override async Task<string?> NotReadyBecauseAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await Client.GetAsync($"{_scheme}://127.0.0.1:{HttpPort}/health", cancellationToken);
            if (!answer.Headers.TryGetValues(InstanceHeader, out var instance) || instance.First() != _instance)
                return $"another process answers on port {HttpPort}";
            var body = await answer.Content.ReadAsStringAsync(cancellationToken);
            // Degraded is a Gateway that serves without one of its services; one that starts beside it is there soon.
            if (answer.StatusCode == HttpStatusCode.OK && !body.StartsWith(Degraded, StringComparison.Ordinal))
                return null;
            return $"/health answers {(int)answer.StatusCode}: {body.Trim()}";
        }
        catch (HttpRequestException)
        {
            return $"nothing listens on port {HttpPort}";
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "/health does not answer";
        }
    }
}
