using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;

namespace Pylon.Bench.Scenarios;

/// <summary>nginx with the module nchan: one channel in the memory of nginx, published by POST.</summary>
internal sealed class Nchan : ISseServer
{
    private const string Module = "/usr/lib/nginx/modules/ngx_nchan_module.so";
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly DirectoryInfo _directory;
    private readonly Process _nginx;
    private readonly HttpClient _publisher;

    private Nchan(DirectoryInfo directory, Process nginx, int port)
    {
        (_directory, _nginx, Port) = (directory, nginx, port);
        _publisher = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = StartPatience };
    }

    public string Name => "nginx nchan";

    public int Port { get; }

    public string Path => "/subscribe";

    public int Pid => _nginx.Id;

    public static async Task<Nchan> StartAsync(CancellationToken cancellationToken)
    {
        if (Tools.Find("nginx") is not { } program || !File.Exists(Module))
            throw new StackException("nginx with nchan is not installed; on Debian: apt-get install nginx libnginx-mod-nchan");
        var directory = Directory.CreateTempSubdirectory("pylon-nchan");
        using var ports = new Ports();
        var port = ports.Choose(Ports.Throwaway());
        var configuration = System.IO.Path.Combine(directory.FullName, "nginx.conf");
        await File.WriteAllTextAsync(configuration, Configuration(directory.FullName, port), cancellationToken);
        var log = System.IO.Path.Combine(directory.FullName, "nginx.log");
        var nginx = await Spawner.StartAsync(new LaunchPlan(program, ["-p", directory.FullName, "-c", configuration, "-e", log], log));
        var started = new Nchan(directory, nginx, port);
        try
        {
            await started.ReadyAsync(log, cancellationToken);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
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
        if (!_nginx.HasExited)
            Signals.Send(_nginx.Id, Signal.Terminate);
        await _nginx.WaitForExitAsync();
        _nginx.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task ReadyAsync(string log, CancellationToken cancellationToken)
    {
        for (var start = Stopwatch.GetTimestamp(); ; await Task.Delay(50, cancellationToken))
        {
            try
            {
                using var answer = await _publisher.GetAsync("/publish", cancellationToken);
                return;
            }
            catch (HttpRequestException)
            {
                if (_nginx.HasExited || Stopwatch.GetElapsedTime(start) > StartPatience)
                    throw new StackException("nginx did not start: " + await File.ReadAllTextAsync(log, cancellationToken));
            }
        }
    }

    private static string Configuration(string directory, int port) =>
        $$"""
        load_module {{Module}};
        daemon off;
        worker_processes auto;
        worker_rlimit_nofile 20000;
        pid {{directory}}/nginx.pid;
        events { worker_connections 16384; }
        http {
            access_log off;
            keepalive_timeout 65;
            client_body_temp_path {{directory}}/body;
            proxy_temp_path {{directory}}/proxy;
            fastcgi_temp_path {{directory}}/fastcgi;
            uwsgi_temp_path {{directory}}/uwsgi;
            scgi_temp_path {{directory}}/scgi;
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
                    nchan_message_timeout 60s;
                }
            }
        }
        """;
}
