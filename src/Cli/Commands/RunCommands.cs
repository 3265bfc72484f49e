using System.CommandLine;
using Pylon.Cli.Output;
using Pylon.Ingestion.V1;

namespace Pylon.Cli.Commands;

/// <summary><c>runs</c>: the runs of the sources, what was rejected, and the pipelines that workloads go through.</summary>
internal static class RunCommands
{
    public static Command Create(CommandContext context) => new Verb("runs", "The runs of the grid's sources, and the pipelines of workloads", "runs list")
    {
        List(context), Show(context), Start(context), Quarantine(context), Pipelines(context),
    };

    private static Command List(CommandContext context)
    {
        var limit = Options.Limit(10, 500);
        var command = new Verb("list", "List the runs of the sources, newest first", "runs list --limit 5") { limit };
        return command.Calls(context, async call =>
        {
            var answer = await call.Client.PipelineRuns.ListRunsAsync(new() { PageSize = call.Value(limit) }, cancellationToken: call.CancellationToken);
            call.Show(answer.Runs, Runs, "No run has begun yet.");
        });
    }

    private static Command Show(CommandContext context)
    {
        var id = Options.Id("run");
        var command = new Verb("show", "Show a run: each source with its rows, its age and its error", $"runs show {Verb.SampleId}") { id };
        return command.Calls(context, async call =>
        {
            var answer = await call.Client.PipelineRuns.GetRunAsync(new() { RunId = call.Required(id) }, cancellationToken: call.CancellationToken);
            call.Show(answer.Run, run => Show(call.Screen, run));
        });
    }

    private static Command Start(CommandContext context)
    {
        var sources = new Argument<string[]>("sources") { Description = "Only these sources, for example carbon-intensity; all without it", Arity = ArgumentArity.ZeroOrMore };
        var command = new Verb("start", "Read the sources now", "runs start carbon-intensity") { sources };
        return command.Calls(context, async call =>
        {
            var answer = await call.Client.PipelineRuns.RunPipelineAsync(new() { Sources = { call.Value(sources) ?? [] } }, cancellationToken: call.CancellationToken);
            call.Show(answer.Run, run => Show(call.Screen, run));
        });
    }

    private static Command Quarantine(CommandContext context)
    {
        var source = new Option<string?>("--source") { Description = "Only of this source, for example import:regions-2025" };
        var limit = Options.Limit(20, 500);
        var command = new Verb("quarantine", "List the rows that were rejected, with the reason", "runs quarantine --source import:regions-2025") { source, limit };
        return command.Calls(context, async call =>
        {
            var request = new ListQuarantineRequest { Source = call.Value(source) ?? "", PageSize = call.Value(limit) };
            call.Show((await call.Client.PipelineRuns.ListQuarantineAsync(request, cancellationToken: call.CancellationToken)).Rows, Rejected, "Nothing was rejected.");
        });
    }

    private static Command Pipelines(CommandContext context) => new Verb("pipelines", "List the pipelines that workloads go through", "runs pipelines").Calls(context, async call =>
    {
        var answer = await call.Client.Pipelines.ListPipelinesAsync(new(), cancellationToken: call.CancellationToken);
        call.Show(answer.Pipelines, Table, "There are no pipelines.");

        static Sheet Table(IEnumerable<Pylon.Conductor.V1.Pipeline> pipelines)
        {
            var sheet = new Sheet(new("pipeline"), new("phases", Wraps: true), new("description", Wraps: true, Rank: 1));
            foreach (var one in pipelines)
                sheet.Add(one.Name, string.Join(" → ", one.Phases), one.Description);
            return sheet;
        }
    });

    private static Sheet Runs(IEnumerable<PipelineRun> runs)
    {
        var sheet = new Sheet(new("id"), new("started (UTC)"), new("by", Rank: 3), new("status"), new("took", Right: true, Rank: 2), new("new rows", Right: true, Rank: 1), new("failed sources", Wraps: true, Rank: 4));
        foreach (var one in runs)
        {
            sheet.Add(
                one.Id, Figures.Moment(one.StartedAt), Words.Of(one.Trigger), Words.Of(one.Status), Took(one), $"{one.Sources.Sum(source => source.RowsNew):#,0}",
                string.Join(", ", one.Sources.Where(source => source.Status == PipelineRunStatus.Failed).Select(source => source.Source)));
        }

        return sheet;
    }

    private static void Show(Screen screen, PipelineRun run)
    {
        screen.Line($"{run.Id}  {Words.Of(run.Status)}  started {Figures.Moment(run.StartedAt)} UTC by {Words.Of(run.Trigger)}, took {Took(run)}");
        if (run.Sources.Count == 0)
            return;
        var sheet = new Sheet(
            new("source"), new("status"), new("new", Right: true), new("changed", Right: true, Rank: 3), new("unchanged", Right: true, Rank: 4), new("rejected", Right: true, Rank: 2),
            new("took", Right: true, Rank: 5), new("fresh at (UTC)", Rank: 1), new("error", Wraps: true, Rank: 6));
        foreach (var one in run.Sources)
        {
            sheet.Add(
                one.Source, Words.Of(one.Status), $"{one.RowsNew:#,0}", $"{one.RowsChanged:#,0}", $"{one.RowsUnchanged:#,0}", $"{one.RowsRejected:#,0}",
                one.Duration is { } took ? Figures.Length(took.ToTimeSpan()) : Words.None, Figures.Moment(one.FreshAt) + (one.Stale ? " (stale)" : ""), one.Error);
        }

        screen.Show(sheet);
    }

    private static Sheet Rejected(IEnumerable<QuarantinedRow> rows)
    {
        var sheet = new Sheet(new("source"), new("dataset", Rank: 2), new("last seen (UTC)", Rank: 1), new("times", Right: true, Rank: 3), new("reason", Wraps: true));
        foreach (var one in rows)
            sheet.Add(one.Source, one.Dataset, Figures.Moment(one.LastSeenAt), $"{one.TimesSeen:#,0}", one.Reason);
        return sheet;
    }

    private static string Took(PipelineRun run) => run is { StartedAt: { } start, FinishedAt: { } end } ? Figures.Length(end.ToDateTimeOffset() - start.ToDateTimeOffset()) : Words.None;
}
