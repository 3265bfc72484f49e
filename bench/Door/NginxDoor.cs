using Pylon.Bench.Harness;

namespace Pylon.Bench.Door;

internal static class NginxDoor
{
    /// <summary>nginx with <c>grpc_pass</c>, with as many workers as cores and connections to the service that stay open.</summary>
    public static Task<PeerProcess> StartAsync(int servicePort, CancellationToken cancellationToken) =>
        NginxPeer.StartAsync("nginx", (directory, port) => Configuration(directory, port, servicePort), cancellationToken);

    private static string Configuration(string directory, int port, int servicePort) =>
        $$"""
        events { worker_connections 1024; }
        http {
            {{NginxPeer.Http(directory)}}
            upstream service {
                server 127.0.0.1:{{servicePort}};
                keepalive 128;
                keepalive_requests 1000000000;
            }
            server {
                listen 127.0.0.1:{{port}} http2;
                keepalive_requests 1000000000;
                location / { grpc_pass grpc://service; }
            }
        }
        """;
}
