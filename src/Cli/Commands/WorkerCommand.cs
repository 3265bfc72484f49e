using System.CommandLine;
using System.Globalization;
using Pylon.Cli.Output;
using Pylon.Worker;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon worker</c>: this machine runs work that was placed in its zone.</summary>
internal static class WorkerCommand
{
    private const double MostPue = 5;

    private static readonly TimeSpan UsualGrace = TimeSpan.FromSeconds(20);

    public static Command Create(CommandContext context)
    {
        var zones = new Option<string[]>("--zone") { Description = "A grid zone that this machine is in, for example UK-SCOT-1; several times for several", Required = true, Arity = ArgumentArity.OneOrMore };
        var jobs = new Option<string?>("--jobs") { Description = "The jobs that it runs: a jobs.json; without it those that come with Pylon" };
        var name = new Option<string?>("--name") { Description = "Its name, unique among the workers; without it that of the machine and the process" };
        var slots = Options.Range("--slots", "Parts that it runs at a time; without it one for each core", 1, 1000);
        var grace = new Option<TimeSpan?>("--grace") { Description = "How long parts in progress may run on when it is stopped, 20s; then they are handed back", CustomParser = Length.ReadOptional };
        var watts = Options.Watts();
        var pue = Options.Positive<double>("--pue", "What the data centre draws for each kWh of its computers, 1");
        var directory = new Option<string?>("--directory") { Description = "Where it keeps the output of jobs and their files; without it .pylon/worker of the checkout" };
        var command = new Verb("worker", "Run work that was placed in the zone of this machine", "worker --zone UK-SCOT-1 --slots 2") { zones, jobs, name, slots, grace, watts, pue, directory };
        command.Validators.Add(result =>
        {
            if (result.GetResult(pue) is not null && result.GetValue(pue) is < 1 or > MostPue)
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"--pue: must be from 1 to {MostPue}"));
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = new WorkerSettings(
                parsed.GetValue(name) ?? $"{Environment.MachineName}-{Environment.ProcessId}",
                parsed.GetRequiredValue(zones),
                parsed.GetValue(jobs) ?? WorkerSettings.ShippedJobs,
                Path.GetFullPath(parsed.GetValue(directory) ?? Path.Combine(context.Checkout.Root, ".pylon", "worker")),
                parsed.GetValue(slots) ?? Environment.ProcessorCount,
                parsed.GetValue(grace) ?? UsualGrace,
                parsed.GetValue(watts) ?? Options.UsualWatts,
                parsed.GetValue(pue) ?? 1);
            try
            {
                using var client = context.Connect();
                var gate = new Lock();
                var worker = new WorkerLoop(client, settings, context.Time, line =>
                {
                    lock (gate)
                        context.Screen.Line(string.Create(CultureInfo.InvariantCulture, $"{context.Time.GetUtcNow():HH:mm:ss} {line}"));
                });
                await worker.RunAsync(cancellationToken);
                return ExitCode.Done;
            }
            catch (WorkerException e)
            {
                throw new CommandException(e.Message, ExitCode.Usage, e);
            }
        });
        return command;
    }
}
