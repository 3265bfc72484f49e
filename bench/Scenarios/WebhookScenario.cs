using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using NSec.Cryptography;
using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Stacks;
using Pylon.Orchestrator.Signatures;
using Pylon.Signing;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// Signed callbacks. In this process: all that is done to verify one, against hash and verification of the library alone.
/// Then on a stack with PostgreSQL that syncs: callbacks of a booking, each with a signature of its own, without and beside
/// a flood of callbacks without one.
/// </summary>
internal sealed class WebhookScenario() : Scenario("webhook", "signed callbacks against hash and verification of the library alone, and beside a flood of unsigned ones")
{
    private const int Each = 10_000;
    private const int Headers = 500;
    private const int Writers = 16;
    private const int Flooders = 16;
    private const int Signed = 400;
    private static readonly SignerId Provider = new("sandbox.pylon.local", "sandbox-1");

    private readonly SigningKey _key = SigningKey.Create();

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        foreach (var kilobytes in (int[])[1, 10])
            await VerifyAsync(run, kilobytes, cancellationToken);
        await ReceiveAsync(run, cancellationToken);
    }

    private async Task VerifyAsync(BenchRun run, int kilobytes, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(new string('x', kilobytes * 1000));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var headers = Enumerable.Range(0, Headers).Select(n => _key.Sign(Provider, now, now + 3000 + n, body).ToString()).ToList();
        var texts = Enumerable.Range(0, Headers).Select(n => SigningString.Of(now, now + 3000 + n, body)).ToList();
        var signatures = headers.Select(text => SignatureHeader.TryParse(text, out var header) is null ? header!.Signature.ToArray() : []).ToList();
        var publicKey = PublicKey.Import(SignatureAlgorithm.Ed25519, Convert.FromBase64String(_key.PublicKey), KeyBlobFormat.RawPublicKey);
        var options = Microsoft.Extensions.Options.Options.Create(new RegistryOptions { Url = new Uri("http://registry.example") });
        var record = new RegistryRecord(VerificationKey.TryParse(_key.PublicKey), null);
        var verifier = new CallbackVerifier(new KeyDirectory((_, _) => Task.FromResult<RegistryRecord?>(record), options, TimeProvider.System), options, TimeProvider.System);
        await run.CompareAsync(
            $"one callback of {kilobytes} kB, in this process",
            "callbacks",
            [
                new Contender("NSec: hash and verify", _ => RepeatedAsync(n =>
                {
                    Span<byte> digest = stackalloc byte[64];
                    HashAlgorithm.Blake2b_512.Hash(body, digest);
                    return new ValueTask<bool>(SignatureAlgorithm.Ed25519.Verify(publicKey, texts[n], signatures[n]));
                })) { IsPeer = true },
                new Contender("Pylon: header, time, key, hash, verify", _ => RepeatedAsync(async n =>
                    (await verifier.VerifyAsync([headers[n]], [], body, cancellationToken)).Signature is not null)) { Bar = Bar.Cpu(1.5) },
            ],
            cancellationToken);

        static async Task<Work> RepeatedAsync(Func<int, ValueTask<bool>> verifies)
        {
            for (var n = 0; n < Each; n++)
            {
                if (!await verifies(n % Headers))
                    throw new StackException("A good signature was refused.");
            }

            return Each;
        }
    }

    private async Task ReceiveAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, _key.Export(), cancellationToken);
            var postgres = await run.StartDurablePostgresAsync(cancellationToken);
            var redis = await run.StartRedisAsync(cancellationToken);
            await using var stack = await RunningStack.StartAsync(
                new StackOptions(run.Checkout, StackAddresses.Choose(null, postgres.Uri, redis.Address, random: true))
                {
                    LogDirectory = Path.Combine(run.Checkout.Logs, "bench", Name),
                    Throwaway = true,
                    Settings = new Dictionary<string, string> { ["SANDBOX_KEY_FILE"] = file, ["GEMINI_API_KEY"] = "" },
                },
                cancellationToken);
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(stack.Addresses.Url) };
            var transactions = new List<string>();
            for (var n = 0; n < Writers; n++)
                transactions.Add(await PlacedAsync(http, cancellationToken));
            await ReceiveAsync(run, stack, http, transactions, cancellationToken);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task ReceiveAsync(BenchRun run, RunningStack stack, HttpClient http, List<string> transactions, CancellationToken cancellationToken)
    {
        var bodies = transactions.Select(Notice).ToList();
        var ready = new List<Queue<string>>();
        int[] doors = [stack["gateway"].Pid, stack["orchestrator"].Pid];
        Contender Callbacks(string name, Func<Func<CancellationToken, Task<Work>>, CancellationToken, Task<Work>> beside) => new(name, token => beside(SendSignedAsync, token))
        {
            PrepareAsync = _ =>
            {
                ready = [.. bodies.Select(body => new Queue<string>(Enumerable.Range(0, Signed).Select(n => Sign(body, n))))];
                return Task.CompletedTask;
            },
            Processes = () => doors,
            Parts = [("Gateway", doors[0]), ("Orchestrator", doors[1])],
        };
        await run.CompareAsync(
            $"{Writers} providers send signed callbacks of a booking, without and beside {Flooders} who send unsigned ones; CPU of Gateway and Orchestrator",
            "callbacks",
            [
                Callbacks("signed", (send, token) => send(token)) with { IsPeer = true },
                Callbacks("signed, beside the flood", FloodedAsync) with { Bar = Bar.Of("p99 ms", 2) },
            ],
            cancellationToken);

        async Task<Work> SendSignedAsync(CancellationToken token) => await Load.RunAsync(
            Writers,
            async (writer, n) =>
            {
                using var answer = await PostAsync(http, bodies[writer], ready[writer].TryDequeue(out var header) ? header : Sign(bodies[writer], n), token);
                answer.EnsureSuccessStatusCode();
                return 0;
            },
            token);

        async Task<Work> FloodedAsync(Func<CancellationToken, Task<Work>> send, CancellationToken token)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(token);
            var refused = 0L;
            var flood = Enumerable.Range(0, Flooders).Select(flooder => Task.Run(
                async () =>
                {
                    while (!over.IsCancellationRequested)
                    {
                        using var answer = await PostAsync(http, bodies[flooder], null, CancellationToken.None);
                        Interlocked.Add(ref refused, (int)answer.StatusCode == 401 ? 1 : 0);
                    }
                },
                CancellationToken.None)).ToList();
            var work = await send(token);
            await over.CancelAsync();
            await Task.WhenAll(flood);
            return work with { More = new Dictionary<string, double>(work.More) { ["unsigned/s"] = refused / 2.0 } };
        }
    }

    private string Sign(byte[] body, int n)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return _key.Sign(Provider, now, now + 300 + (n % 3000), body).ToString();
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, byte[] body, string? authorization, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/beckn/on_status") { Content = new ByteArrayContent(body) };
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await http.SendAsync(request, cancellationToken);
    }

    private static async Task<string> PlacedAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var submitted = await http.PostAsJsonAsync("/api/v1/workloads", new { workload_name = "webhook" }, cancellationToken);
        var id = (string)(await submitted.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!["workload"]!["id"]!;
        for (var n = 0; n < 300; n++)
        {
            var workload = (await http.GetFromJsonAsync<JsonNode>($"/api/v1/workloads/{id}", cancellationToken))!["workload"]!;
            if ((string)workload["status"]! == "WORKLOAD_STATUS_PENDING_USER_CHOICE")
                return (string)workload["transaction_id"]!;
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }

        throw new StackException($"Workload {id} got no options within 30 s.");
    }

    // The same notice each time, so that the tables do not grow from round to round.
    private static byte[] Notice(string transaction) => Encoding.UTF8.GetBytes(
        $$$"""{"context":{"action":"on_status","domain":"beckn.one:DEG:compute-energy:1.0","transaction_id":"{{{transaction}}}","message_id":"notice-1","bpp_id":"{{{Provider.Subscriber}}}"},"message":{"order":{"beckn:orderStatus":"CONFIRMED","beckn:note":"{{{new string('x', 1500)}}}"} } }""");
}
