using Pylon.Bench.Harness;

namespace Pylon.Bench.Door;

internal static class NginxDoor
{
    /// <summary>nginx with <c>grpc_pass</c>, with as many workers as cores and connections to the service that stay open.</summary>
    public static Task<PeerProcess> StartAsync(int servicePort, CancellationToken cancellationToken) =>
        PeerProcess.StartAsync(
            PeerProcess.Program("nginx", "nginx"),
            async (directory, port) =>
            {
                var configuration = Path.Combine(directory, "nginx.conf");
                await File.WriteAllTextAsync(configuration, Configuration(directory, port, servicePort), cancellationToken);
                return ["-p", directory, "-c", configuration, "-e", Path.Combine(directory, "error.log")];
            },
            cancellationToken);

    private static string Configuration(string directory, int port, int servicePort) =>
        $$"""
        daemon off;
        worker_processes auto;
        pid {{directory}}/nginx.pid;
        events { worker_connections 1024; }
        http {
            access_log off;
            client_body_temp_path {{directory}}/body;
            proxy_temp_path {{directory}}/proxy;
            fastcgi_temp_path {{directory}}/fastcgi;
            uwsgi_temp_path {{directory}}/uwsgi;
            scgi_temp_path {{directory}}/scgi;
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
