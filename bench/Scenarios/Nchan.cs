using System.Net.Http.Headers;
using System.Text.Json;
using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Scenarios;

/// <summary>nginx with the module nchan: one channel in the memory of nginx, published by POST.</summary>
internal sealed class Nchan : ISseServer
{
    private const string Module = "/usr/lib/nginx/modules/ngx_nchan_module.so";
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly PeerProcess _nginx;
    private readonly HttpClient _publisher;

    private Nchan(PeerProcess nginx)
    {
        _nginx = nginx;
        _publisher = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{Port}"), Timeout = TimeSpan.FromSeconds(10) };
    }

    public string Name => "nginx nchan";

    public int Port => _nginx.Port;

    public string Path => "/subscribe";

    public int Pid => _nginx.Pid;

    public static async Task<Nchan> StartAsync(CancellationToken cancellationToken)
    {
        const string Packages = "nginx libnginx-mod-nchan";
        if (!File.Exists(Module))
            throw new StackException($"nginx with nchan is not installed; on Debian: apt-get install {Packages}");
        return new Nchan(await NginxPeer.StartAsync(Packages, Configuration, cancellationToken));
    }

    public async Task PublishAsync(long number, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new
        {
            specversion = "1.0",
            id = Guid.NewGuid(),
            source = SseMark.Source,
            type = SseMark.Type,
            subject = SseMark.Workload,
            time = TimeProvider.System.GetUtcNow().UtcDateTime,
            datacontenttype = "application/json",
            data = new { workload_id = SseMark.Workload, workload_name = SseMark.Of(number), replayed = false },
        }));
        content.Headers.ContentType = Json;
        content.Headers.Add("X-EventSource-Event", SseMark.Type);
        using var answer = await _publisher.PostAsync("/publish", content, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _publisher.Dispose();
        await _nginx.DisposeAsync();
    }

    private static string Configuration(string directory, int port) =>
        $$"""
        load_module {{Module}};
        worker_rlimit_nofile 20000;
        events { worker_connections 16384; }
        http {
            {{NginxPeer.Http(directory)}}
            keepalive_timeout 65;
            nchan_shared_memory_size 128M;
            server {
                listen 127.0.0.1:{{port}};
                location = /subscribe {
                    nchan_subscriber eventsource;
                    nchan_channel_id bench;
                    nchan_subscriber_first_message newest;
                    nchan_eventsource_ping_interval 15;
                }
                location = /publish {
                    nchan_publisher;
                    nchan_channel_id bench;
                    nchan_message_buffer_length 100;
                    nchan_message_timeout 10m;
                }
            }
        }
        """;
}
