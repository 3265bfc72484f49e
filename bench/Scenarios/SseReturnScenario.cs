using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Services;
using Pylon.Messaging;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// Subscribers that lost their Gateway: all come back within a second, each with the id of the last event that it has seen, to
/// the same Gateway, to another one on the same Redis, and to nginx with nchan.
/// </summary>
internal sealed class SseReturnScenario() : Scenario("sse-return", "5,000 subscribers of the broadcast that come back within a second with Last-Event-ID, at two Gateways, beside nginx nchan")
{
    private const int Rounds = 3;
    private const int Subscribers = 5_000;
    private const int Events = 90;
    private const int Positions = 50;
    private const string All = "all ms";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly Bar Bar = new("all within 5 s, 0 missed, 0 doubled", (own, _) => own.More[All] <= 5_000 && own.More["missed"] + own.More["doubled"] == 0);

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var program = await SseSubscribers.CompileAsync(run.Checkout, cancellationToken);
        var settings = await SseScenario.StartServersAsync(run, cancellationToken);
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(settings!).Build();
        await using var services = new ServiceCollection().AddLogging().AddSingleton(configuration).AddEventStream(configuration).BuildServiceProvider();
        var events = services.GetRequiredService<IEventStream>();
        await using var nchan = await Nchan.StartAsync(cancellationToken);
        await using var one = new SseGateway(await run.StartAsync(ServiceDefinition.Gateway, settings, cancellationToken), events);
        await using var two = new SseGateway(await run.StartAsync(ServiceDefinition.Gateway, settings, cancellationToken), events, "second Gateway");

        var ids = await PublishAsync(one, run.Checkout, cancellationToken);
        var idsOfPeer = await PublishAsync(nchan, run.Checkout, cancellationToken);
        await run.CompareAsync(
            $"{Subscribers:#,0} come back within a second at {Positions} positions",
            "deliveries",
            [
                Contender(nchan, idsOfPeer) with { IsPeer = true, Bar = null },
                Contender(one, ids),
                Contender(two, ids),
            ],
            cancellationToken,
            Rounds);

        Contender Contender(ISseServer server, string file) =>
            new(server.Name, token => ReturnAsync(program, server, file, token)) { Bar = Bar, Processes = () => [server.Pid] };
    }

    private static async Task<Work> ReturnAsync(string program, ISseServer server, string ids, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        using var subscribers = await SseSubscribers.OpenAsync(program, server.Port, server.Path, Subscribers, cancellationToken, ids);
        var all = Enumerable.Range(0, Subscribers).Sum(n => (long)Events - (1 + (n % Positions)));
        var work = await subscribers.ReportAsync(all, Events, cancellationToken);
        return work with { More = new Dictionary<string, double>(work.More) { [All] = Stopwatch.GetElapsedTime(start).TotalMilliseconds } };
    }

    /// <summary>A subscriber sees all events; the file has the numbers and ids of the first ones.</summary>
    private static async Task<string> PublishAsync(ISseServer server, Checkout checkout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{server.Port}{server.Path}") { Headers = { { "Accept", "text/event-stream" } } };
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(limit.Token));
        for (var n = 1; n <= Events; n++)
            await server.PublishAsync(n, limit.Token);
        var (lines, id) = (new List<string>(), "");
        while (lines.Count < Events)
        {
            var line = await reader.ReadLineAsync(limit.Token) ?? throw new StackException($"{server.Name} ended its stream");
            if (line.StartsWith("id:", StringComparison.Ordinal))
                id = line[3..].Trim();
            else if (line.StartsWith("data:", StringComparison.Ordinal))
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"{lines.Count + 1} {id}"));
        }

        var file = Path.Combine(checkout.Home, $"sse-return-{server.Port}.ids");
        await File.WriteAllLinesAsync(file, lines.Take(Positions), cancellationToken);
        return file;
    }
}
