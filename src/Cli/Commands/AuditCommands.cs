using System.CommandLine;
using System.CommandLine.Parsing;
using Grpc.Core;
using Pylon.Cli.Output;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Commands;

/// <summary><c>audit</c>: the log of decisions as evidence, and who did what; <c>decisions</c>: the decisions.</summary>
internal static class AuditCommands
{
    public static Command Audit(CommandContext context) => new Verb("audit", "The log of decisions as evidence, and who did what", "audit list") { Verify(context), List(context) };

    public static Command Decisions(CommandContext context)
    {
        var workload = new Argument<string?>("workload") { Description = "The id of a workload; all without it", Arity = ArgumentArity.ZeroOrOne };
        var size = Options.Limit(20, 500);
        var command = new Verb("decisions", "List the decisions about workloads, newest first", "decisions fcd74f23-c7b7-4476-8ce1-f2a881ab5a27") { workload, size };
        return command.Calls(context, async call =>
        {
            var request = new ListDecisionsRequest { PageSize = call.Value(size), WorkloadId = call.Value(workload) ?? "" };
            call.Show((await call.Client.Decisions.ListDecisionsAsync(request, cancellationToken: call.CancellationToken)).Decisions, Table, "There are no decisions.");
        });

        static Sheet Table(IEnumerable<OrchestrationDecision> decisions)
        {
            var sheet = new Sheet(new("decided (UTC)"), new("decision"), new("workload", Rank: 1), new("why", Wraps: true));
            foreach (var one in decisions)
                sheet.Add(Figures.Moment(one.DecidedAt), Words.Of(one.DecisionType), one.WorkloadId.Length > 0 ? one.WorkloadId : Words.None, one.Reasoning);
            return sheet;
        }
    }

    private static Command List(CommandContext context)
    {
        var (user, action) = (new Option<string?>("--user") { Description = "Only what this user did" }, new Option<string?>("--action") { Description = "Only this action, for example approve" });
        var since = Options.Moment("--since", "Only from this time on", context.Time);
        var size = Options.Limit(20, 500);
        var command = new Verb("list", "List who did what about emissions, newest first", "audit list --user jane --limit 50") { user, action, since, size };
        return command.Calls(context, async call =>
        {
            var request = new Pylon.Insights.V1.ListAuditLogsRequest
            {
                UserId = call.Value(user) ?? "",
                Action = call.Value(action) ?? "",
                Since = call.Value(since) is { } time ? Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(time) : null,
                PageSize = call.Value(size),
            };
            call.Show((await call.Client.AuditLogs.ListAuditLogsAsync(request, cancellationToken: call.CancellationToken)).AuditLogs, Table, "Nothing was done yet.");
        });

        static Sheet Table(IEnumerable<Pylon.Insights.V1.AuditLog> logs)
        {
            var sheet = new Sheet(new("when (UTC)"), new("who"), new("what"), new("of"), new("id", Rank: 1), new("note", Wraps: true, Rank: 2));
            foreach (var one in logs)
                sheet.Add(Figures.Moment(one.Timestamp), one.UserId, Words.Of(one.Action), Words.Of(one.EntityType), one.EntityId, one.Notes);
            return sheet;
        }
    }

    private static Command Verify(CommandContext context)
    {
        var head = new Option<(long Seq, string Hash)?>("--head")
        {
            Description = "A head that an earlier run printed and that was kept elsewhere: <entry>:<hash>. With it entries that are missing at the end are found",
            CustomParser = Head,
        };
        var command = new Verb("verify", "Make every hash of the log of decisions again; exit code 1 when an entry does not hold", "audit verify") { head };
        return command.Calls(context, async call =>
        {
            var (seq, hash) = call.Value(head) ?? (0, "");
            VerifyResponse? last = null;
            using var stream = call.Client.Audit.Verify(new() { KnownSeq = seq, KnownHash = hash }, cancellationToken: call.CancellationToken);
            await foreach (var progress in stream.ResponseStream.ReadAllAsync(call.CancellationToken))
                last = progress;
            return Report(call.Screen, last, call.Json);
        });
    }

    internal static int Report(Screen screen, VerifyResponse? last, bool json)
    {
        if (last is not { HasIntact: true })
            throw new CommandException("the answer ended before the end of the log: try again");
        if (json)
            screen.Json(last);
        if (!last.Intact)
        {
            var decision = last.Broken?.DecisionId is { Length: > 0 } id ? $" (decision {id})" : "";
            throw new CommandException($"the log of decisions does not hold at entry {last.Broken?.Seq}{decision}: {last.Broken?.Reason}. {last.Checked:#,0} entries before it hold.");
        }

        if (json)
            return ExitCode.Done;
        screen.Line($"The log of decisions holds: {last.Checked:#,0} entries.");
        if (last.Checked > 0)
            screen.Line($"Its head, to keep elsewhere: {last.Checked}:{last.HeadHash}");
        return ExitCode.Done;
    }

    private static (long, string)? Head(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (text.Split(':') is [var number, { Length: 64 } hash] && long.TryParse(number, out var seq) && seq > 0 && hash.All(char.IsAsciiHexDigitLower))
            return (seq, hash);
        result.AddError($"--head: '{text}' must be an entry and its hash as an earlier run printed them, for example 12:{new string('a', 64)}");
        return null;
    }
}
