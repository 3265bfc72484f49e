using System.CommandLine;
using System.Globalization;
using Pylon.Cli.Client;
using Pylon.LocalStack.Machine;
using Spectre.Console;

namespace Pylon.Cli.Commands;

/// <summary><c>submit</c>, <c>show</c>, <c>list</c>, <c>choose</c>: one call of the REST API each.</summary>
internal static class WorkloadCommands
{
    private const int LongestDays = 3650;

    public static Command Submit(Checkout checkout, TimeProvider time)
    {
        var name = new Argument<string>("name") { Description = "The name of the workload" };
        var type = new Option<string?>("--type") { Description = "For example TRAINING_RUN" };
        var minutes = Options.Positive<int>("--gpu-minutes", "GPU minutes that it needs");
        var deadline = new Option<string?>("--deadline") { Description = "When it must be done: 2026-05-01T12:00:00Z, or +6h, +2d from now" };
        var cap = Options.Positive<double>("--carbon-cap", "Its limit of emissions, in gCO2");
        var price = Options.Positive<double>("--max-price", "Its limit of cost, in GBP");
        var pipeline = new Option<string?>("--pipeline") { Description = "The pipeline that it goes through, for example compute_training" };
        var email = new Option<string?>("--email") { Description = "The user that it belongs to" };
        var json = Options.Json();
        var command = new Command("submit", "Queue a workload") { name, type, minutes, deadline, cap, price, pipeline, email, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            var workload = await client.SubmitAsync(
                new Submission(
                    Guid.NewGuid().ToString(),
                    parsed.GetRequiredValue(name),
                    parsed.GetValue(type),
                    parsed.GetValue(minutes),
                    parsed.GetValue(cap),
                    parsed.GetValue(price),
                    parsed.GetValue(deadline) is { } text ? Moment(text, time.GetUtcNow()) : null,
                    parsed.GetValue(email),
                    parsed.GetValue(pipeline)),
                cancellationToken);
            Show(workload, parsed.GetValue(json));
        });
        return command;
    }

    public static Command Show(Checkout checkout)
    {
        var (id, json) = (Options.Id(), Options.Json());
        var command = new Command("show", "Show a workload with its recommendations and its phases") { id, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            Show(await client.GetAsync(parsed.GetRequiredValue(id), cancellationToken), parsed.GetValue(json));
        });
        return command;
    }

    public static Command List(Checkout checkout)
    {
        var json = Options.Json();
        var size = new Option<int>("--limit", "-n") { Description = "The number of workloads", DefaultValueFactory = _ => 20 };
        var command = new Command("list", "List the workloads, newest first") { size, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            var workloads = await client.ListAsync(parsed.GetValue(size), cancellationToken);
            if (parsed.GetValue(json))
                Tables.WriteJson(workloads);
            else
                AnsiConsole.Write(Tables.Workloads(workloads));
        });
        return command;
    }

    public static Command Choose(Checkout checkout)
    {
        var (id, json) = (Options.Id(), Options.Json());
        var option = new Argument<int>("option") { Description = "1, 2 or 3" };
        var command = new Command("choose", "Choose one of the three recommendations") { id, option, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            Show(await client.ChooseAsync(parsed.GetRequiredValue(id), parsed.GetValue(option), cancellationToken), parsed.GetValue(json));
        });
        return command;
    }

    public static void Show(Workload workload, bool json = false)
    {
        if (json)
        {
            Tables.WriteJson(workload);
            return;
        }

        Console.WriteLine($"{workload.Id}  {workload.WorkloadName}  {workload.State}");
        if (workload.Recommendations.Count > 0)
            AnsiConsole.Write(Tables.Recommendations(workload));
        if (workload.Summary.Length > 0)
            Console.WriteLine(workload.Summary);
        if (workload.FailureReason.Length > 0)
            Console.WriteLine($"Failed attempts: {workload.Attempts}; the last one: {workload.FailureReason}");
        if (workload.Run is { } run)
            Console.WriteLine(run.Line());
    }

    internal static DateTimeOffset Moment(string text, DateTimeOffset now)
    {
        if (text.StartsWith('+'))
        {
            var unit = text[^1] switch
            {
                'm' => TimeSpan.FromMinutes(1),
                'h' => TimeSpan.FromHours(1),
                'd' => TimeSpan.FromDays(1),
                _ => TimeSpan.Zero,
            };
            var isSpan = double.TryParse(text[1..].TrimEnd('m', 'h', 'd'), out var amount) && amount * unit.TotalDays is > 0 and <= LongestDays;
            return isSpan ? now + (unit * amount) : throw new ApiException($"Deadline '{text}' must be minutes, hours or days, for example +90m, +6h or +2d, and at most {LongestDays} days.");
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
            : throw new ApiException($"Deadline '{text}' must be a time, for example 2026-05-01T12:00:00Z, or +6h from now.");
    }
}
