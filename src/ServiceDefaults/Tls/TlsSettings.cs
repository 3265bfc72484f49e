using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Pylon.ServiceDefaults.Configuration;

namespace Pylon.ServiceDefaults.Tls;

/// <summary>
/// TLS of the Gateway: PYLON_TLS_CERT (PEM or PFX), PYLON_TLS_KEY (PEM, when the key is in a file of its own) and PYLON_TLS_PASSWORD.
/// TLS 1.2 and newer. With it each port serves REST and gRPC: the client says in the handshake which HTTP it speaks.
/// </summary>
internal sealed class TlsSettings
{
    public const string CertificateSetting = "PYLON_TLS_CERT";
    private const string KeySetting = "PYLON_TLS_KEY";
    private const string PasswordSetting = "PYLON_TLS_PASSWORD";

    private readonly CertificateFile? _certificate;

    public TlsSettings(IConfiguration configuration, TimeProvider time, ILoggerFactory logs)
    {
        var path = configuration[CertificateSetting];
        var key = Given(configuration[KeySetting]);
        if (string.IsNullOrEmpty(path))
        {
            if (key is not null)
                Failure = Setting.Wrong(KeySetting, key, $"needs {CertificateSetting}");
            return;
        }

        try
        {
            _certificate = new CertificateFile(path, key, Given(configuration[PasswordSetting]), time, logs.CreateLogger<CertificateFile>());
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            Failure = Setting.Wrong(CertificateSetting, path, $"must be a file with a certificate, and its key there or in {KeySetting}: {e.Message}");
        }
    }

    /// <summary>What stops the start; null when nothing does.</summary>
    public string? Failure { get; }

    public void Apply(Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions endpoint)
    {
        if (_certificate is not { } certificate)
            return;
        endpoint.Protocols = HttpProtocols.Http1AndHttp2;
        endpoint.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = TimeSpan.FromSeconds(10),
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = certificate.Current,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            }),
        });
    }

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
