using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Pylon.ServiceDefaults.Configuration;

namespace Pylon.ServiceDefaults;

/// <summary>
/// Where the process listens: gRPC (h2c) and HTTP/1.1 on a port each, because without TLS one port cannot tell the two
/// apart. Settings PYLON_GRPC_PORT, PYLON_HTTP_PORT (0 takes a free one) and PYLON_BIND, an IP address; loopback when unset.
/// </summary>
internal sealed class ListenOptions
{
    public const string GrpcPortSetting = "PYLON_GRPC_PORT";
    public const string HttpPortSetting = "PYLON_HTTP_PORT";
    public const string BindSetting = "PYLON_BIND";

    public IPAddress Bind { get; private set; } = IPAddress.Loopback;

    /// <summary>Null in a process without gRPC.</summary>
    public int? GrpcPort { get; private set; }

    public int HttpPort { get; private set; }

    public void Read(IConfiguration configuration, int? defaultGrpcPort, int defaultHttpPort)
    {
        GrpcPort = defaultGrpcPort is { } port ? Port(configuration, GrpcPortSetting, port) : null;
        HttpPort = Port(configuration, HttpPortSetting, defaultHttpPort);
        if (configuration[BindSetting] is { Length: > 0 } bind)
        {
            Bind = IPAddress.TryParse(bind, out var address) ? address : throw Wrong(BindSetting, bind, "must be an IP address, for example 0.0.0.0");
        }

        if (GrpcPort == HttpPort && HttpPort != 0) throw Wrong(HttpPortSetting, HttpPort, $"must differ from {GrpcPortSetting}");
    }

    public void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        if (GrpcPort is { } grpcPort) kestrel.Listen(Bind, grpcPort, endpoint => endpoint.Protocols = HttpProtocols.Http2);
        kestrel.Listen(Bind, HttpPort, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        // Many callers share one connection: the Gateway's, say.
        kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.MaxRequestBodySize = 16 * 1024 * 1024;
    }

    private static int Port(IConfiguration configuration, string name, int fallback) => configuration[name] switch
    {
        null or "" => fallback,
        var text when ushort.TryParse(text, out var port) => port,
        var text => throw Wrong(name, text, "must be a port, 0 to 65535"),
    };

    private static OptionsValidationException Wrong(string name, object value, string rule) =>
        new(nameof(ListenOptions), typeof(ListenOptions), [Setting.Wrong(name, value, rule)]);
}
