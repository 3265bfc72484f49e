using System.CommandLine;
using Pylon.Cli.Client;
using Pylon.LocalStack.Machine;
using Spectre.Console;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon watch</c>: prints the events as they happen, all of them or those of one workload.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    public static Command Create(Checkout checkout)
    {
        var id = new Argument<string?>("id") { Description = "Only this workload, until it has ended", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("watch", "Print events as they happen") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            if (parsed.GetValue(id) is { Length: > 0 } workload)
                await WorkloadAsync(client, workload, cancellationToken);
            else
                await EverythingAsync(client, cancellationToken);
        });
        return command;
    }

    public static string Line(Broadcast one) => $"{one.Time?.UtcDateTime:HH:mm:ss.fff}  {one.Type,-24} {one.Subject}  {one.Details()}";

    private static Task EverythingAsync(PylonClient client, CancellationToken cancellationToken)
    {
        string? position = null;
        return FollowAsync(
            // Connects again with the last position, so it misses no event.
            () => client.BroadcastAsync(position, cancellationToken),
            one =>
            {
                position = one.Position ?? position;
                if (one.Gap)
                    Console.WriteLine("… some events are no longer stored and were skipped");
                if (one.Event is not null)
                    Console.WriteLine(Line(one));
                return false;
            },
            cancellationToken);
    }

    private static Task WorkloadAsync(PylonClient client, string id, CancellationToken cancellationToken)
    {
        string? shown = null;
        string? shownRun = null;
        return FollowAsync(
            () => client.WatchAsync(id, cancellationToken),
            workload =>
            {
                if (workload.State != shown)
                    Show(workload);
                if (workload.Run?.Line() is { } run && run != shownRun)
                    ShowRun(workload, shownRun = run);
                shown = workload.State;
                return workload.IsOver;
            },
            cancellationToken);
    }

    // Connects again when the stream ends, until the last item was shown.
    private static async Task FollowAsync<T>(Func<IAsyncEnumerable<T>> connect, Func<T, bool> showIsLast, CancellationToken cancellationToken)
    {
        var (hasConnected, pause) = (false, FirstPause);
        while (true)
        {
            try
            {
                await foreach (var item in connect().WithCancellation(cancellationToken))
                {
                    (hasConnected, pause) = (true, FirstPause);
                    if (showIsLast(item))
                        return;
                }

                hasConnected = true;
            }
            catch (UnreachableException) when (hasConnected)
            {
                // it was reachable before: try again
            }

            await Task.Delay(pause, cancellationToken);
            // It grows while the Gateway is unreachable.
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private static void ShowRun(Workload workload, string line)
    {
        var moment = workload.Run?.UpdatedAt ?? workload.UpdatedAt;
        Console.WriteLine($"{moment?.UtcDateTime:HH:mm:ss.fff}  {line}");
    }

    // A line for each state, and the recommendations from the choice on.
    private static void Show(Workload workload)
    {
        var attempts = workload.FailureReason.Length > 0 ? $"  {workload.FailureReason}" : "";
        Console.WriteLine($"{workload.UpdatedAt?.UtcDateTime:HH:mm:ss.fff}  {workload.State}{attempts}");
        if (workload.WaitsForChoice || workload.IsSettled && workload.Recommendations.Count > 0)
            AnsiConsole.Write(Tables.Recommendations(workload));
    }
}
