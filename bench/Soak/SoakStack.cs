using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using Pylon.Bench.Faults;
using Pylon.Bench.Harness;
using Pylon.Client;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;
using Pylon.LocalStack.Stacks;
using Pylon.Signing;
using StackExchange.Redis;

namespace Pylon.Bench.Soak;

/// <summary>The stack of a soak: servers of its own, every service, two Orchestrators, and the ways into it.</summary>
internal sealed class SoakStack : IAsyncDisposable
{
    private const int Starts = 30;
    private const string Subscriber = "ev-charging.sandbox1.com";
    private const string KeyId = "soak-1";
    private static readonly SigningKey Key = SigningKey.Create();
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly RunningStack _stack;

    private SoakStack(RunningStack stack, StackProcess second, PrivatePostgres postgres, PostgresProxy proxy, PrivateRedis redis, IConnectionMultiplexer connection, string logs)
    {
        (_stack, Postgres, Proxy, Redis, RedisConnection, Logs) = (stack, postgres, proxy, redis, connection, logs);
        Client = new PylonClient(stack.Addresses.Grpc);
        Orchestrators = [stack["orchestrator"], second];
        Database = NpgsqlDataSource.Create(postgres.ConnectionString + ";Timeout=5;Command Timeout=20");
        Gateway = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(stack.Addresses.Url), Timeout = TimeSpan.FromSeconds(20) };
        Sandbox = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(stack.Addresses.Sandbox), Timeout = TimeSpan.FromSeconds(20) };
    }

    public PrivatePostgres Postgres { get; }

    /// <summary>Between the services and PostgreSQL.</summary>
    public PostgresProxy Proxy { get; }

    public PrivateRedis Redis { get; }

    /// <summary>The Gateway by gRPC.</summary>
    public PylonClient Client { get; }

    public IConnectionMultiplexer RedisConnection { get; }

    public NpgsqlDataSource Database { get; }

    public HttpClient Gateway { get; }

    public HttpClient Sandbox { get; }

    public IReadOnlyList<StackProcess> Orchestrators { get; }

    public IEnumerable<StackProcess> Services => _stack.Processes;

    public string Logs { get; }

    public StackProcess this[string name] => _stack[name];

    public static async Task<SoakStack> StartAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var postgres = await run.StartPostgresAsync(cancellationToken);
        var redis = await run.StartRedisAsync(cancellationToken);
        var proxy = new PostgresProxy(postgres.Port);
        var replica = ServiceDefinition.Orchestrator.Replica(2);
        var logs = Path.Combine(run.Checkout.Logs, "bench", "soak");
        var stack = await RunningStack.StartAsync(
            new StackOptions(run.Checkout, StackAddresses.Choose(null, postgres.Uri.Replace($":{postgres.Port}/", $":{proxy.Port}/", StringComparison.Ordinal), redis.Address, random: true, replicas: replica))
            {
                LogDirectory = logs,
                Throwaway = true,
                Settings = Settings,
            },
            cancellationToken);
        try
        {
            var second = stack.Add(replica);
            await second.StartAsync(cancellationToken);
            // Redis is killed and frozen on the way.
            var connection = await ConnectionMultiplexer.ConnectAsync($"{redis.Address},abortConnect=false,syncTimeout=5000,asyncTimeout=5000");
            return new SoakStack(stack, second, postgres, proxy, redis, connection, logs);
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Shorter than in production, so that what must happen happens within minutes.</summary>
    private static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Bpp__Lease"] = "00:00:05",
        ["Bpp__MaxAttempts"] = "10",
        ["Bpp__RetryDelay"] = "00:00:00.5",
        ["Bpp__MaxRetryDelay"] = "00:00:05",
        ["Bpp__HttpTimeout"] = "00:00:04",
        ["Bpp__CallbackTimeout"] = "00:00:06",
        ["Bpp__BreakDuration"] = "00:00:01",
        ["Runs__Lease"] = "00:00:06",
        ["Runs__AskAfter"] = "00:00:05",
        ["Runs__ClaimAfter"] = "00:00:05",
        ["Conductor__ClaimAfter"] = "00:00:05",
        ["SANDBOX_PART_MS"] = "50",
        ["GEMINI_API_KEY"] = "",
        ["BAP_ID"] = Subscriber,
        ["BECKN_KEY_ID"] = KeyId,
        ["BECKN_PRIVATE_KEY"] = Key.Export(),
        ["SANDBOX_BAP_PUBLIC_KEY"] = Key.PublicKey,
    };

    /// <summary>A message to the provider that is made up here, with the signature of Pylon.</summary>
    public async Task<HttpResponseMessage> AskProviderAsync(string action, JsonObject message, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(message.ToJsonString());
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return await PostAsync(Sandbox, $"/bpp/{action}", body, Key.Sign(new SignerId(Subscriber, KeyId), now, now + 60, body).ToString(), cancellationToken);
    }

    /// <summary>A callback that is made up here, with the signature of the provider.</summary>
    public async Task<HttpResponseMessage> CallBackAsync(string action, JsonObject message, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(message.ToJsonString());
        using var signed = await Sandbox.PostAsync("/admin/registry/sign", new ByteArrayContent(body), cancellationToken);
        return await PostAsync(Gateway, $"/beckn/{action}", body, (string)(await signed.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!["authorization"]!, cancellationToken);
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, string path, byte[] body, string authorization, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await http.SendAsync(request, cancellationToken);
    }

    /// <summary>SIGKILL, a moment without it, and the start of the same again.</summary>
    public static async Task KillAsync(StackProcess process, TimeSpan down, CancellationToken cancellationToken, Action? whileDown = null)
    {
        await process.KillAsync();
        whileDown?.Invoke();
        await Task.Delay(down, cancellationToken);
        await StartAgainAsync(process, cancellationToken);
    }

    /// <summary>Starts it again at its address, however often that takes.</summary>
    public static async Task StartAgainAsync(StackProcess process, CancellationToken cancellationToken)
    {
        for (var start = 1; ; start++)
        {
            try
            {
                await process.StartAgainAsync(cancellationToken);
                return;
            }
            catch (StackException) when (start < Starts)
            {
                // PostgreSQL starts when the last of its old processes has ended.
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    /// <summary>SIGSTOP, and SIGCONT whatever happens.</summary>
    public static async Task FreezeAsync(StackProcess process, TimeSpan frozen, CancellationToken cancellationToken)
    {
        var pid = process.Pid;
        Signals.Freeze(pid);
        try
        {
            await Task.Delay(frozen, cancellationToken);
        }
        finally
        {
            Signals.Thaw(pid);
        }
    }

    public async Task<JsonNode> SandboxAsync(string path, CancellationToken cancellationToken) =>
        (await Sandbox.GetFromJsonAsync<JsonNode>(path, cancellationToken))!;

    public async Task<List<T>> QueryAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        Gateway.Dispose();
        Sandbox.Dispose();
        Client.Dispose();
        await _stack.DisposeAsync();
        await Proxy.DisposeAsync();
        await RedisConnection.DisposeAsync();
        await Database.DisposeAsync();
    }
}
