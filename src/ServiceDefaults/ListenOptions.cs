using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Pylon.ServiceDefaults.Configuration;
using Pylon.ServiceDefaults.Tls;

namespace Pylon.ServiceDefaults;

/// <summary>
/// Where the process listens: gRPC (h2c) and HTTP/1.1 on a port each, because without TLS one port cannot tell the two
/// apart. Settings PYLON_GRPC_PORT, PYLON_HTTP_PORT (0 takes a free one) and PYLON_BIND, an IP address; loopback when unset.
/// The Gateway has its HTTP also on API_PORT, the port of the system that it replaces, and TLS where PYLON_TLS_CERT is set.
/// </summary>
internal sealed class ListenOptions
{
    public const string GrpcPortSetting = "PYLON_GRPC_PORT";
    public const string HttpPortSetting = "PYLON_HTTP_PORT";
    public const string BindSetting = "PYLON_BIND";
    private const string ApiPortSetting = "API_PORT";
    private const string ApiService = "gateway";

    private readonly IConfiguration _configuration;
    private readonly string _service;
    private readonly List<string> _failures = [];
    private readonly TlsSettings? _tls;

    public ListenOptions(IConfiguration configuration, string service, int? defaultGrpcPort, int defaultHttpPort, TimeProvider time, ILoggerFactory logs)
    {
        _configuration = configuration;
        _service = service;
        GrpcPort = defaultGrpcPort is { } port ? Port(configuration, GrpcPortSetting, port) : null;
        HttpPort = Port(configuration, HttpPortSetting, defaultHttpPort);
        if (configuration[BindSetting] is { Length: > 0 } bind)
        {
            if (IPAddress.TryParse(bind, out var address))
                Bind = address;
            else
                Wrong(BindSetting, bind, "must be an IP address, for example 0.0.0.0");
        }

        if (GrpcPort == HttpPort && HttpPort != 0)
            Wrong(HttpPortSetting, HttpPort, $"must differ from {GrpcPortSetting}");
        if (service == ApiService && !string.IsNullOrEmpty(configuration[ApiPortSetting]))
            ApiPort = Port(configuration, ApiPortSetting, HttpPort);
        if (ApiPort == GrpcPort && ApiPort is > 0)
            Wrong(ApiPortSetting, ApiPort, $"must differ from {GrpcPortSetting}");
        // The services are behind the Gateway, and share its file of settings.
        if (service == ApiService)
            _tls = new TlsSettings(configuration, time, logs);
        if (_tls?.Failure is { } failure)
            _failures.Add(failure);
    }

    public IPAddress Bind { get; } = IPAddress.Loopback;

    /// <summary>Null in a process without gRPC.</summary>
    public int? GrpcPort { get; }

    public int HttpPort { get; }

    /// <summary>Where the same is served as on <see cref="HttpPort"/>; null when it is not set, and in every process but the Gateway.</summary>
    public int? ApiPort { get; }

    /// <summary>Kept for the start: the server reads its options while the host is still being built.</summary>
    public IReadOnlyList<string> Failures => _failures;

    public void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        if (GrpcPort is { } grpcPort)
            Listen(grpcPort, HttpProtocols.Http2);
        Listen(HttpPort, HttpProtocols.Http1);
        if (ApiPort is { } apiPort && (apiPort != HttpPort || apiPort == 0))
            Listen(apiPort, HttpProtocols.Http1);
        // Many callers share one connection: the Gateway's, say.
        kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.MaxRequestBodySize = 16 * 1024 * 1024;

        void Listen(int port, HttpProtocols protocols) => kestrel.Listen(Bind, port, endpoint =>
        {
            endpoint.Protocols = protocols;
            _tls?.Apply(endpoint);
        });
    }

    private int Port(IConfiguration configuration, string name, int fallback)
    {
        var text = configuration[name];
        if (string.IsNullOrEmpty(text))
            return fallback;
        if (ushort.TryParse(text, out var port))
            return port;
        Wrong(name, text, "must be a port, 0 to 65535");
        return fallback;
    }

    // Under the name by which it was given.
    private void Wrong(string name, object value, string rule)
    {
        var alias = SettingAliases.Table.FirstOrDefault(each => each.Service == _service && each.Key == name && _configuration[each.Name] == Convert.ToString(value, CultureInfo.InvariantCulture));
        _failures.Add(Setting.Wrong(alias?.Name ?? name, value, rule));
    }
}
