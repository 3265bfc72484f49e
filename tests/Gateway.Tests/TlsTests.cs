using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Pylon.Client;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Gateway.Tests;

/// <summary>TLS of the Gateway: REST and gRPC on one port, and a certificate that is replaced.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public async Task RestAndGrpcAreServedOnOnePort()
    {
        _certificates.Write("one");
        await using var gateway = await StartAsync();
        using var http = Trusting();
        using var client = new PylonClient(PylonClientOptions.For(gateway.Http.BaseAddress!.GetLeftPart(UriPartial.Authority), caFile: _certificates.CaFile));

        using var rest = await http.GetAsync(new Uri(gateway.Http.BaseAddress!, "/api/v1/workloads/w"));
        var grpc = await client.Workloads.GetWorkloadAsync(new GetWorkloadRequest { Id = "w" }).ResponseAsync.Within();

        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version11), (rest.StatusCode, rest.Version));
        Assert.Equal("w", grpc.Workload.Id);
        Assert.Equal("max-age=31536000", rest.Headers.GetValues("Strict-Transport-Security").Single());
    }

    [Fact]
    public async Task AClientOfSeveralGatewaysFindsThemByTls()
    {
        _certificates.Write("one");
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        using var client = new PylonClient(PylonClientOptions.For($"{one.GrpcAddress},{two.GrpcAddress}", caFile: _certificates.CaFile));

        for (var n = 0; n < 4; n++)
            Assert.Equal("w", (await client.Workloads.GetWorkloadAsync(new GetWorkloadRequest { Id = "w" }).ResponseAsync.Within()).Workload.Id);
    }

    [Fact]
    public async Task AClientWithoutTheAuthorityDoesNotConnect()
    {
        _certificates.Write("one");
        await using var gateway = await StartAsync();
        using var http = new HttpClient();

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri(gateway.Http.BaseAddress!, "/health")));

        Assert.IsType<AuthenticationException>(error.InnerException);
    }

    [Fact]
    public async Task ACertificateThatIsReplacedCountsForNewConnectionsAndTheOpenOnesGoOn()
    {
        _certificates.Write("before");
        await using var gateway = await StartAsync();
        using var old = Trusting();
        using var stream = await ServerEvents.OpenAsync(old, new Uri(gateway.Http.BaseAddress!, "/beckn/broadcast").AbsoluteUri);
        Assert.Equal("CN=before", await SubjectAsync(gateway));

        _certificates.Write("after");

        await Eventually.Is(() => SubjectAsync(gateway), subject => subject == "CN=after");
        gateway.Events.Publish(1, 3);
        Assert.Equal([1, 2, 3], await stream.NumbersAsync(3));
    }

    [Fact]
    public async Task AFileThatCannotBeUsedChangesNothing()
    {
        _certificates.Write("before");
        await using var gateway = await StartAsync();

        await File.WriteAllTextAsync(_certificates.CertificateFile, "half a certif");

        await Eventually.True(async () =>
        {
            Assert.Equal("CN=before", await SubjectAsync(gateway));
            return gateway.Log.Lines.Any(line => line.Contains("cannot be used", StringComparison.Ordinal));
        });
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(true, "pass word")]
    [InlineData(false, "pass word")]
    public async Task FilesOfEachKindAreRead(bool pfx, string password)
    {
        _certificates.Write("kind", password);
        string[] files = pfx ? [$"--PYLON_TLS_CERT={_certificates.PfxFile}"] : [$"--PYLON_TLS_CERT={_certificates.CertificateFile}", $"--PYLON_TLS_KEY={_certificates.KeyFile}"];
        await using var gateway = await TestGateway.StartAsync([.. files, $"--PYLON_TLS_PASSWORD={password}"]);

        Assert.Equal("CN=kind", await SubjectAsync(gateway));
    }

    [Fact]
    public async Task AnOldVersionOfTlsIsRefused()
    {
        _certificates.Write("one");
        await using var gateway = await StartAsync();

#pragma warning disable CA5397, SYSLIB0039 // That it is refused is the test.
        await Assert.ThrowsAnyAsync<Exception>(() => HandshakeAsync(gateway, SslProtocols.Tls11));
#pragma warning restore CA5397, SYSLIB0039
        Assert.Equal("CN=one", await HandshakeAsync(gateway, SslProtocols.Tls12));
        Assert.Equal("CN=one", await HandshakeAsync(gateway, SslProtocols.Tls13));
    }

    [Fact]
    public async Task AMissingCertificateStopsTheStartWithItsName()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestGateway.StartAsync("--PYLON_TLS_CERT=/nowhere/tls.crt"));

        Assert.StartsWith("PYLON_TLS_CERT=/nowhere/tls.crt: must be a file with a certificate", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    private Task<TestGateway> StartAsync() => TestGateway.StartAsync($"--PYLON_TLS_CERT={_certificates.CertificateFile}", $"--PYLON_TLS_KEY={_certificates.KeyFile}");

    private HttpClient Trusting()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(_certificates.CaFile);
        return new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } });
    }

    private static Task<string> SubjectAsync(TestGateway gateway) => HandshakeAsync(gateway, SslProtocols.None);

    private static async Task<string> HandshakeAsync(TestGateway gateway, SslProtocols protocols)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, gateway.Http.BaseAddress!.Port);
        await using var tls = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = protocols });
        return tls.RemoteCertificate!.Subject;
    }
}
