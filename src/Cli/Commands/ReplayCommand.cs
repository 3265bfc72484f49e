using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Cli.Output;
using Pylon.Common.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon replay</c>: dead letters of every service: failed workloads, and events that could not be processed.</summary>
internal static class ReplayCommand
{
    private const int PageSize = 500;

    public static Command Create(CommandContext context)
    {
        var id = new Argument<string?>("id") { Description = "The id of a dead letter or of a failed workload; without it the dead letters are listed", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Replay every open dead letter" };
        var dry = new Option<bool>("--dry-run") { Description = "Only say what would be replayed" };
        var limits = new ConstraintOptions(context.Time);
        var command = new Verb("replay", "Replay dead letters; a workload with new constraints where they are given", "replay fcd74f23-c7b7-4476-8ce1-f2a881ab5a27 --deadline +2d") { id, all, dry };
        limits.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) && result.GetValue(id) is not null)
                result.AddError("--all: is not allowed with an id");
        });
        command.Only(result => result.GetValue(all) || result.GetValue(id) is not null, "with an id or --all", limits.All);
        return command.Calls(context, async call =>
        {
            var letters = await OpenAsync(call);
            if (call.Value(id) is { } one)
            {
                var chosen = letters.Where(letter => letter.Id == one || letter.WorkloadId == one).Take(1).ToList();
                return call.Value(dry)
                    ? Show(call, chosen.Count > 0 ? chosen : throw new CommandException($"No open dead letter has the id {one}, or is of a workload with it.", ExitCode.NotFound))
                    : await ReplayAsync(call, chosen is [var letter] ? letter : new DeadLetter { WorkloadId = one }, limits, context.Time);
            }

            return !call.Value(all) || call.Value(dry) ? Show(call, letters) : await ReplayAllAsync(call, letters, limits);
        });
    }

    private static int Show(Call call, IReadOnlyList<DeadLetter> letters)
    {
        call.Show(letters, Table, "There are no dead letters.");
        if (!call.Json && letters.Count > 0)
            call.Screen.Line("Replay one with ./pylon replay <id>, or all of them with ./pylon replay --all");
        return ExitCode.Done;
    }

    private static Sheet Table(IEnumerable<DeadLetter> letters)
    {
        var sheet = new Sheet(new("id"), new("of", Wraps: true), new("about", Rank: 2, Wraps: true), new("attempts", Right: true, Rank: 3), new("last failed (UTC)", Rank: 1), new("reason", Wraps: true));
        foreach (var one in letters)
            sheet.Add(one.Id, one.WorkloadId.Length > 0 ? "workload" : one.Topic, one.WorkloadId.Length > 0 ? one.WorkloadName : one.BatchId, one.Attempts.ToString(), Figures.Moment(one.LastFailedAt), one.Reason);
        return sheet;
    }

    // A workload is shown as submit shows it.
    private static async Task<int> ReplayAsync(Call call, DeadLetter letter, ConstraintOptions limits, TimeProvider time)
    {
        if (letter.WorkloadId.Length > 0)
            return await SubmitCommand.JudgedAsync(call, await ReplayWorkloadAsync(call, letter.WorkloadId, limits), isConstrained: true, time);
        if (limits.AreGiven(call.Parsed))
            throw new CommandException($"The dead letter {letter.Id} is of an event of {letter.Topic}: only a workload has constraints.", ExitCode.Usage);
        var answer = await call.Client.DeadLetters.ReplayDeadLetterAsync(new() { Id = letter.Id }, cancellationToken: call.CancellationToken);
        call.Show(answer.DeadLetter, one => call.Screen.Line($"{one.Id} of {one.Topic} is {Words.Of(one.State)}"));
        return ExitCode.Done;
    }

    // One that fails again does not stop the others.
    private static async Task<int> ReplayAllAsync(Call call, IReadOnlyList<DeadLetter> letters, ConstraintOptions limits)
    {
        var (failed, results) = (0, new System.Text.Json.Nodes.JsonArray());
        foreach (var letter in letters)
        {
            string? problem = null;
            try
            {
                if (letter.WorkloadId.Length > 0)
                    await ReplayWorkloadAsync(call, letter.WorkloadId, limits);
                else
                    await call.Client.DeadLetters.ReplayDeadLetterAsync(new() { Id = letter.Id }, cancellationToken: call.CancellationToken);
            }
            catch (RpcException e) when (!call.CancellationToken.IsCancellationRequested && Failure.CodeOf(e) is ExitCode.Refused or ExitCode.NotFound)
            {
                (failed, problem) = (failed + 1, Failure.Line(e));
            }

            results.Add(new System.Text.Json.Nodes.JsonObject { ["id"] = letter.Id, ["workload_id"] = letter.WorkloadId, ["replayed"] = problem is null, ["problem"] = problem });
            if (!call.Json)
                call.Screen.Line($"{letter.Id}  {(problem is null ? "replayed" : "not replayed: " + problem)}");
        }

        if (call.Json)
            call.Screen.Json(results);
        else
            call.Screen.Line($"{Words.Count(letters.Count - failed, "dead letter")} replayed, {failed} not.");
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<Workload> ReplayWorkloadAsync(Call call, string id, ConstraintOptions limits)
    {
        var request = new ReplayWorkloadRequest { Id = id, Deadline = call.Value(limits.Deadline)?.ToTimestamp() };
        if (call.Value(limits.CarbonCap) is { } cap)
            request.CarbonCapGco2 = cap;
        if (call.Value(limits.MaxTotal) is { } total)
            request.MaxTotalGco2 = total;
        if (call.Value(limits.MaxPrice) is { } price)
            request.MaxPriceGbp = price;
        if (call.Value(limits.Delay) is { } delay)
            request.DeferralWindowMins = delay;
        return (await call.Client.Workloads.ReplayWorkloadAsync(request, cancellationToken: call.CancellationToken)).Workload;
    }

    private static async Task<IReadOnlyList<DeadLetter>> OpenAsync(Call call)
    {
        var letters = new List<DeadLetter>();
        await foreach (var letter in Pages.AllAsync(token => WorkloadsAsync(call, token)))
            letters.Add(letter);
        await foreach (var letter in Pages.AllAsync(token => EventsAsync(call, token)))
            letters.Add(letter);
        return letters;
    }

    private static async Task<(IEnumerable<DeadLetter>, string)> WorkloadsAsync(Call call, string token)
    {
        var page = await call.Client.Workloads.ListDeadLettersAsync(new() { PageSize = PageSize, PageToken = token }, cancellationToken: call.CancellationToken);
        return (page.DeadLetters, page.NextPageToken);
    }

    private static async Task<(IEnumerable<DeadLetter>, string)> EventsAsync(Call call, string token)
    {
        var page = await call.Client.DeadLetters.ListDeadLettersAsync(new() { PageSize = PageSize, PageToken = token }, cancellationToken: call.CancellationToken);
        return (page.DeadLetters, page.NextPageToken);
    }
}
