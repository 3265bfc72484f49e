using System.CommandLine;
using Pylon.Cli.Client;
using Pylon.LocalStack.Machine;
using Spectre.Console;

namespace Pylon.Cli.Commands;

/// <summary><c>audit verify</c> and <c>decisions</c>: the log of decisions.</summary>
internal static class AuditCommands
{
    public static Command Audit(Checkout checkout)
    {
        var head = new Option<string?>("--head") { Description = "A head that an earlier run printed and that was kept elsewhere: <entry>:<hash>. With it entries that are missing at the end are found" };
        var verify = new Command("verify", "Make every hash of the log again; exit code 1 when an entry does not hold") { head };
        verify.SetAction(async (parsed, cancellationToken) =>
        {
            var (seq, hash) = Head(parsed.GetValue(head));
            using var client = PylonClient.Connect(checkout);
            AuditProgress? last = null;
            await foreach (var progress in client.VerifyAsync(seq, hash, cancellationToken))
                last = progress;
            return Report(last);
        });
        return new Command("audit", "The log of decisions as evidence") { verify };
    }

    public static Command Decisions(Checkout checkout)
    {
        var workload = new Argument<string?>("workload") { Description = "The id of a workload; all without it", Arity = ArgumentArity.ZeroOrOne };
        var size = new Option<int>("--limit", "-n") { Description = "The number of decisions", DefaultValueFactory = _ => 20 };
        var json = Options.Json();
        var command = new Command("decisions", "List the decisions, newest first") { workload, size, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            var decisions = await client.DecisionsAsync(parsed.GetValue(workload), parsed.GetValue(size), cancellationToken);
            if (parsed.GetValue(json))
                Tables.WriteJson(decisions);
            else
                AnsiConsole.Write(Tables.Decisions(decisions));
        });
        return command;
    }

    internal static (long Seq, string Hash) Head(string? text)
    {
        if (text is null)
            return (0, "");
        return text.Split(':') is [var number, { Length: 64 } hash] && long.TryParse(number, out var seq) && seq > 0 && hash.All(char.IsAsciiHexDigitLower)
            ? (seq, hash)
            : throw new ApiException($"Head '{text}' must be an entry and its hash as an earlier run printed them, for example 12:{new string('a', 64)}");
    }

    internal static int Report(AuditProgress? last)
    {
        switch (last)
        {
            case { Intact: true }:
                Console.WriteLine($"The log of decisions holds: {last.Checked} entries.");
                if (last.Checked > 0)
                    Console.WriteLine($"Its head, to keep elsewhere: {last.Checked}:{last.HeadHash}");
                return 0;
            case { Intact: false, Broken: { } broken }:
                var decision = broken.DecisionId.Length > 0 ? $" (decision {broken.DecisionId})" : "";
                Console.Error.WriteLine($"pylon: the log of decisions does not hold at entry {broken.Seq}{decision}: {broken.Reason}. {last.Checked} entries before it hold.");
                return 1;
            default:
                Console.Error.WriteLine("pylon: the answer ended before the end of the log: try again");
                return 1;
        }
    }
}
