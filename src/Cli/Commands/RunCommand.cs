using System.CommandLine;
using Pylon.Cli.Output;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon run</c>: runs a command here, when electricity is clean.</summary>
internal static class RunCommand
{
    // Of the plan.
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(30);

    public static Command Create(CommandContext context)
    {
        var length = new Option<TimeSpan>("--for") { Description = "How long it runs, about: 30m, 6h, 2d", Required = true, CustomParser = Length.Read };
        var by = Options.Moment("--by", "When it must have ended", context.Time);
        by.Required = true;
        var interruptible = new Option<bool>("--interruptible") { Description = "It may be stopped in between and continued" };
        var zones = new Option<string[]>("--zone") { Description = "The code of the grid zone of this machine; without --zone and --region Great Britain" };
        var region = Options.Positive<int>("--region", "The region of this machine, 1 to 18");
        var orNow = new Option<bool>("--or-now") { Description = "Do not wait: start at once, and tell what waiting would have saved" };
        var watts = Options.Watts();
        var line = new Argument<string[]>("command") { Description = "The command and its arguments, behind --", Arity = ArgumentArity.OneOrMore };
        var command = new Verb("run", "Run a command here when electricity is clean, and tell what that saved", "run --for 2h --by +12h --interruptible -- make render")
        {
            length, by, interruptible, zones, region, orNow, watts, line,
        };
        command.Only(result => result.GetResult(zones) is null, "without --zone", region);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var asked = new AskedPlan(
                Step * Math.Max(1, Math.Ceiling(parsed.GetValue(length) / Step)), null, parsed.GetValue(region), parsed.GetValue(zones) ?? [], parsed.GetValue(interruptible), null, null, parsed.GetValue(by), null, null, false);
            return await new LocalRun(context, parsed.GetRequiredValue(line), parsed.GetValue(watts) ?? Options.UsualWatts).RunAsync(asked, parsed.GetValue(orNow), cancellationToken);
        });
        return command;
    }
}
