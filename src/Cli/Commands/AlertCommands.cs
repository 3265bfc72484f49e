using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Pylon.Cli.Output;
using Pylon.Insights.V1;

namespace Pylon.Cli.Commands;

/// <summary><c>alerts</c>: what was told about hotspots.</summary>
internal static class AlertCommands
{
    public static Command Create(CommandContext context) => new Verb("alerts", "What was told about hotspots", "alerts list --open") { List(context), Show(context), Ack(context) };

    private static Command List(CommandContext context)
    {
        var level = Options.OneOf("--level", "Only those of this level", "info", "warn", "critical");
        var open = new Option<bool>("--open") { Description = "Only those that nobody has acknowledged and that are not resolved" };
        var limit = Options.Limit(20, 100);
        var command = new Verb("list", "List alerts, newest first", "alerts list --open --level critical") { level, open, limit };
        return command.Calls(context, async call =>
        {
            var request = new ListAlertsRequest { Level = call.Value(level) ?? "", Limit = call.Value(limit) };
            if (call.Value(open))
                (request.Acknowledged, request.Resolved) = (false, false);
            call.Show((await call.Client.Alerts.ListAlertsAsync(request, cancellationToken: call.CancellationToken)).Alerts, Table, "There are no alerts.");
        });
    }

    private static Command Show(CommandContext context)
    {
        var id = Options.Id("alert");
        var command = new Verb("show", "Show an alert with its history", $"alerts show {Verb.SampleId}") { id };
        return command.Calls(context, async call =>
        {
            var alert = (await call.Client.Alerts.GetAlertAsync(new() { Id = call.Required(id) }, cancellationToken: call.CancellationToken)).Alert;
            if (call.Json)
            {
                call.Screen.Json(alert);
                return;
            }

            var history = (await call.Client.Alerts.ListAlertHistoryAsync(new() { Id = alert.Id }, cancellationToken: call.CancellationToken)).Entries;
            call.Screen.Line($"{alert.Id}  {alert.Level}  {alert.Message}\nhotspot: {alert.HotspotId}");
            foreach (var one in history)
                call.Screen.Line(HistoryText.Line(one.At, one.What, one.UserId, one.Note));
        });
    }

    private static Command Ack(CommandContext context)
    {
        var (id, user, note, until) = (Options.Id("alert"), Options.User(), Options.Note(), Options.Moment("--until", "Until when it stays quiet", context.Time));
        var command = new Verb("ack", "Acknowledge an alert: somebody sees to it", $"alerts ack {Verb.SampleId} --note 'Carrier is told'") { id, user, note, until };
        return command.Calls(context, async call =>
        {
            var request = new AcknowledgeAlertRequest { Id = call.Required(id), UserId = call.Value(user), Note = call.Value(note) ?? "", Until = call.Value(until)?.ToTimestamp() };
            call.Show((await call.Client.Alerts.AcknowledgeAlertAsync(request, cancellationToken: call.CancellationToken)).Alert, one => call.Screen.Line($"{one.Id}  {one.Entity}  acknowledged by {one.AcknowledgedBy}"));
        });
    }

    private static Sheet Table(IEnumerable<Alert> alerts)
    {
        var sheet = new Sheet(new("id"), new("level"), new("since (UTC)", Rank: 3), new("entity", Rank: 1), new("state", Rank: 2), new("message", Wraps: true, Rank: 4));
        foreach (var one in alerts)
        {
            var state = one.ResolvedAt is not null ? "resolved" : one.Acknowledged ? "acknowledged" : one.SilenceId.Length > 0 ? "silenced" : "open";
            sheet.Add(one.Id, one.Level, Figures.Moment(one.CreatedAt), one.Entity, state, one.Message);
        }

        return sheet;
    }
}
