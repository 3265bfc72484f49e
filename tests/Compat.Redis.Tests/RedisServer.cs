using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace Pylon.Compat.Redis.Tests;

/// <summary>A throw-away redis-server on a free loopback port, in a directory of its own, that can be killed.</summary>
public sealed class RedisServer : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pylon-redis-").FullName;
    private readonly bool _tls;
    private Process? _process;

    public RedisServer()
        : this(tls: false)
    {
    }

    internal RedisServer(bool tls)
    {
        _tls = tls;
        if (tls)
            WriteCertificate();
        // A run that ends before its fixtures do leaves no server behind.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill();
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        Start();
    }

    public int Port { get; }

    public Task<ConnectionMultiplexer> ConnectAsync(Action<ConfigurationOptions>? configure = null)
    {
        var options = ConfigurationOptions.Parse($"127.0.0.1:{Port},abortConnect=false,connectTimeout=2000,allowAdmin=true");
        options.ReconnectRetryPolicy = new LinearRetry(100);
        configure?.Invoke(options);
        return ConnectionMultiplexer.ConnectAsync(options);
    }

    public void Start()
    {
        var start = new ProcessStartInfo("redis-server")
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = _directory,
        };
        foreach (var argument in new[]
        {
            "--bind", "127.0.0.1", "--dir", _directory,
            "--appendonly", "yes", "--appendfsync", "always", "--save", string.Empty,
        }.Concat(_tls
            ? ["--port", "0", "--tls-port", $"{Port}", "--tls-cert-file", "server.pem", "--tls-key-file", "server.key",
                "--tls-ca-cert-file", "server.pem", "--tls-auth-clients", "no"]
            : ["--port", $"{Port}"]))
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("redis-server did not start.");
        _process = process;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (!line.Contains("Ready to accept connections"))
                continue;
            // The rest of the log is nobody's to read, but the pipe must not fill up.
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            return;
        }

        // Its log ended, so it did or is about to.
        Kill();
        throw new InvalidOperationException($"redis-server did not get ready on port {Port}.");
    }

    /// <summary>kill -9: no farewell, the sockets are cut by the kernel.</summary>
    public void Kill()
    {
        if (_process is null)
            return;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        Kill();
        Directory.Delete(_directory, recursive: true);
    }

    private void WriteCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Path.Combine(_directory, "server.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_directory, "server.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
