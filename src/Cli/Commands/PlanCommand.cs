using System.CommandLine;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon plan</c>: when and where a job is best run.</summary>
internal static class PlanCommand
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(10);

    public static Command Create(CommandContext context)
    {
        var duration = new Option<TimeSpan>("--duration") { Description = "How long it runs: 30m, 6h, 2d", Required = true, CustomParser = Length.Read };
        var slack = new Option<TimeSpan?>("--slack") { Description = "How much later it may end than without waiting; by default as late as the deadline or the forecast allows", CustomParser = Length.ReadOptional };
        var region = Options.Positive<int>("--region", "The region, 1 to 18; without --region and --zones Great Britain");
        var zones = new Option<string[]>("--zones") { Description = "Codes of grid zones of which the best is chosen: GB-R01,GB-R13", AllowMultipleArgumentsPerToken = true };
        var interruptible = new Option<bool>("--interruptible") { Description = "It may be interrupted" };
        var piece = new Option<TimeSpan?>("--min-piece") { Description = "The shortest time without an interruption", CustomParser = Length.ReadOptional };
        var minutes = Options.Positive<int>("--gpu-mins", "GPU minutes, from which its energy is assumed");
        var deadline = Options.Moment("--deadline", "When it must have ended", context.Time);
        var series = new Option<FileInfo?>("--series") { Description = "A file with the carbon intensity of each step from now on, one number a line, instead of the forecast" };
        var step = new Option<TimeSpan?>("--step") { Description = "The step of the plan, and of --series; by default an hour for --series, else half an hour", CustomParser = Length.ReadOptional };
        var price = new Option<bool>("--price") { Description = "Weigh the price too, in money with a price of carbon" };
        var orNow = new Option<bool>("--or-now") { Description = "Without a forecast or a plan say 'start now' and end with exit code 0" };
        var wait = new Option<TimeSpan?>("--wait") { Description = "The longest wait for the answer: 10s by default", CustomParser = Length.ReadOptional };
        var command = new Verb("plan", "Say when and where a job is best run; exit code 4 when there is no plan", "plan --duration 4h --slack 12h --region 13 --interruptible")
        {
            duration, slack, region, zones, interruptible, piece, minutes, deadline, series, step, price, orNow, wait,
        };
        command.Only(result => result.GetResult(series) is null, "without --series", region, zones, price);
        command.Only(result => result.GetResult(zones) is null, "without --zones", region);
        command.Add(command.Json);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var asked = new AskedPlan(
                parsed.GetValue(duration), parsed.GetValue(slack), parsed.GetValue(region), [.. (parsed.GetValue(zones) ?? []).SelectMany(one => one.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
                parsed.GetValue(interruptible), parsed.GetValue(piece), parsed.GetValue(minutes), parsed.GetValue(deadline), parsed.GetValue(series)?.FullName, parsed.GetValue(step), parsed.GetValue(price));
            var run = new PlanRun(context, parsed.GetValue(wait) ?? DefaultWait, parsed.GetValue(command.Json));
            return parsed.GetValue(orNow) ? await run.OrNowAsync(asked, cancellationToken) : await run.ShowAsync(asked, cancellationToken);
        });
        return command;
    }
}
