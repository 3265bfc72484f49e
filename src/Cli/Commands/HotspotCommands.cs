using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Pylon.Cli.Output;
using Pylon.Insights.V1;

namespace Pylon.Cli.Commands;

/// <summary><c>hotspots</c>: what emits more than it should, and the shifts of work that would help.</summary>
internal static class HotspotCommands
{
    public static Command Create(CommandContext context) => new Verb("hotspots", "What emits more than it should", "hotspots list")
    {
        List(context), Show(context), Ack(context), Ignore(context), Resolve(context), Scan(context), Shifts(context), ApproveShift(context),
    };

    private static Command List(CommandContext context)
    {
        var status = Options.OneOf("--status", "Only those in this state; active is watching, open or acknowledged", "active", "watching", "open", "acknowledged", "resolved", "ignored");
        var severity = Options.OneOf("--severity", "Only those of this severity", "info", "warn", "critical");
        var limit = Options.Limit(20, 100);
        var command = new Verb("list", "List hotspots, newest first", "hotspots list --status open --severity critical") { status, severity, limit };
        return command.Calls(context, async call =>
        {
            var request = new ListHotspotsRequest { Status = call.Value(status) ?? "", Severity = call.Value(severity) ?? "", Limit = call.Value(limit) };
            var answer = await call.Client.Hotspots.ListHotspotsAsync(request, cancellationToken: call.CancellationToken);
            call.Show(answer.Hotspots, Table, "There are no hotspots.");
        });
    }

    private static Command Show(CommandContext context)
    {
        var id = Options.Id("hotspot");
        var command = new Verb("show", "Show a hotspot with what happened to it", $"hotspots show {Verb.SampleId}") { id };
        return command.Calls(context, async call =>
        {
            var hotspot = (await call.Client.Hotspots.GetHotspotAsync(new() { Id = call.Required(id) }, cancellationToken: call.CancellationToken)).Hotspot;
            if (call.Json)
            {
                call.Screen.Json(hotspot);
                return;
            }

            var transitions = (await call.Client.Hotspots.ListHotspotTransitionsAsync(new() { Id = hotspot.Id }, cancellationToken: call.CancellationToken)).Transitions;
            foreach (var line in Lines(hotspot))
                call.Screen.Line(line);
            foreach (var one in transitions)
                call.Screen.Line(HistoryText.Line(one.At, one.Transition, one.UserId, one.Note));
        });
    }

    private static Command Ack(CommandContext context)
    {
        var (id, user, note, until) = (Options.Id("hotspot"), Options.User(), Options.Note(), Options.Moment("--until", "Until when it stays quiet", context.Time));
        var command = new Verb("ack", "Acknowledge a hotspot: somebody sees to it", $"hotspots ack {Verb.SampleId} --note 'Fans replaced on Friday' --until +2d") { id, user, note, until };
        return command.Calls(context, async call =>
        {
            var request = new AcknowledgeHotspotRequest { Id = call.Required(id), UserId = call.Value(user), Note = call.Value(note) ?? "", Until = call.Value(until)?.ToTimestamp() };
            Told(call, (await call.Client.Hotspots.AcknowledgeHotspotAsync(request, cancellationToken: call.CancellationToken)).Hotspot);
        });
    }

    private static Command Ignore(CommandContext context)
    {
        var (id, user, until) = (Options.Id("hotspot"), Options.User(), Options.Moment("--until", "The end of that time, at most a year from now", context.Time));
        var reason = new Option<string>("--reason") { Description = "Why it is no matter", Required = true };
        until.Required = true;
        var command = new Verb("ignore", "Ignore a hotspot for a time", $"hotspots ignore {Verb.SampleId} --reason 'Repairs' --until +7d") { id, reason, until, user };
        return command.Calls(context, async call =>
        {
            var request = new IgnoreHotspotRequest { Id = call.Required(id), UserId = call.Value(user), Reason = call.Value(reason) ?? "", Until = call.Value(until)?.ToTimestamp() };
            Told(call, (await call.Client.Hotspots.IgnoreHotspotAsync(request, cancellationToken: call.CancellationToken)).Hotspot);
        });
    }

    private static Command Resolve(CommandContext context)
    {
        var (id, user, note) = (Options.Id("hotspot"), Options.User(), Options.Note());
        var command = new Verb("resolve", "Say that a hotspot is over", $"hotspots resolve {Verb.SampleId}") { id, user, note };
        return command.Calls(context, async call =>
        {
            var request = new ResolveHotspotRequest { Id = call.Required(id), UserId = call.Value(user), Note = call.Value(note) ?? "" };
            Told(call, (await call.Client.Hotspots.ResolveHotspotAsync(request, cancellationToken: call.CancellationToken)).Hotspot);
        });
    }

    private static Command Scan(CommandContext context) => new Verb("scan", "Look for hotspots now", "hotspots scan").Calls(context, async call =>
    {
        var answer = await call.Client.Hotspots.ScanHotspotsAsync(new(), cancellationToken: call.CancellationToken);
        call.Show(answer.Hotspots, Table, "The scan found no hotspots.");
    });

    private static Command Shifts(CommandContext context)
    {
        var id = Options.Id("hotspot");
        var command = new Verb("shifts", "Propose to move waiting work away from a hotspot of a data centre or region", $"hotspots shifts {Verb.SampleId}") { id };
        return command.Calls(context, async call =>
        {
            var answer = await call.Client.Shifts.ProposeShiftsAsync(new() { HotspotId = call.Required(id) }, cancellationToken: call.CancellationToken);
            call.Show(answer, found =>
            {
                if (found.Proposals.Count > 0)
                    call.Screen.Show(Proposals(found.Proposals));
                var leftOut = string.Join(", ", found.LeftOut.Select(one => $"{one.Value} {Words.Of(one.Key)}"));
                call.Screen.Line($"{Words.Count(found.Proposals.Count, "proposal")} for {Words.Count(found.Workloads, "workload")}{(leftOut.Length > 0 ? $"; left out: {leftOut}" : "")}");
                if (found.Proposals.Count > 0)
                    call.Screen.Line("Approve one with ./pylon hotspots approve-shift <id>");
            });
        });
    }

    private static Command ApproveShift(CommandContext context)
    {
        var (id, user) = (Options.Id("proposal"), Options.User());
        var command = new Verb("approve-shift", "Carry out a proposed shift", $"hotspots approve-shift {Verb.SampleId}") { id, user };
        return command.Calls(context, async call =>
        {
            var answer = await call.Client.Shifts.ChooseShiftProposalAsync(new() { Id = call.Required(id), UserId = call.Value(user) }, cancellationToken: call.CancellationToken);
            call.Show(answer.Proposal, one => call.Screen.Line(
                $"{one.WorkloadName} ({one.WorkloadId}) is {Words.Of(one.Status)}: {Figures.Period(one.Window)} UTC in region {one.RegionId}, saves {Figures.Kilograms(one.SavingKg)} ({Figures.Percent(one.SavingPercent)})"));
        });
    }

    private static void Told(Call call, Hotspot hotspot) => call.Show(hotspot, one => call.Screen.Line($"{one.Id}  {one.Entity}  {Words.Of(one.Status)}"));

    private static Sheet Table(IEnumerable<Hotspot> hotspots)
    {
        var sheet = new Sheet(
            new("id"), new("entity"), new("type", Rank: 4), new("severity"), new("status", Rank: 1), new("cause", Rank: 3), new("above", Right: true, Rank: 2), new("impact", Right: true, Rank: 5),
            new("confidence", Right: true, Rank: 7), new("since (UTC)", Rank: 6));
        foreach (var one in hotspots)
        {
            sheet.Add(
                one.Id, one.Entity, Words.Of(one.EntityType), one.Severity, Words.Of(one.Status) + (one.Flapping ? ", flapping" : ""), Words.Of(one.Cause), Figures.Percent(one.PercentAbove),
                Figures.Kilograms(one.ImpactKg), Figures.Percent(one.Confidence * 100), Figures.Moment(one.FirstHour));
        }

        return sheet;
    }

    private static Sheet Proposals(IEnumerable<ShiftProposal> proposals)
    {
        var sheet = new Sheet(new("id"), new("workload", Wraps: true), new("from (UTC)", Rank: 3), new("to (UTC)", Rank: 1), new("region", Right: true, Rank: 2), new("saves", Right: true), new("of", Right: true, Rank: 4));
        foreach (var one in proposals)
            sheet.Add(one.Id, one.WorkloadName, Figures.Period(one.WindowBefore), Figures.Period(one.Window), one.RegionId.ToString(), Figures.Kilograms(one.SavingKg), Figures.Percent(one.SavingPercent));
        return sheet;
    }

    private static IEnumerable<string> Lines(Hotspot one)
    {
        yield return $"{one.Id}  {one.Entity} ({Words.Of(one.EntityType)})  {one.Severity}, {Words.Of(one.Status)}";
        yield return $"cause:   {Words.Of(one.Cause)}, {Figures.Percent(one.Confidence * 100)} confident";
        yield return $"emitted: {Figures.Percent(one.PercentAbove)} above the expected; {Figures.Kilograms(one.ImpactKg)} too much since {Figures.Moment(one.FirstHour)} UTC";
        if (one.AcknowledgedBy.Length > 0)
            yield return $"acknowledged by {one.AcknowledgedBy}{(one.Until is null ? "" : $" until {Figures.Moment(one.Until)}")}{(one.Note.Length > 0 ? $": {one.Note}" : "")}";
        if (one.LinkedEntities.Count > 0)
            yield return $"with:    {string.Join(", ", one.LinkedEntities.Select(linked => linked.Entity))}";
    }
}
