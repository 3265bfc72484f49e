using System.CommandLine;
using Pylon.Cli.Output;
using Pylon.Insights.V1;

namespace Pylon.Cli.Commands;

/// <summary><c>recommendations</c>: measures against hotspots, which somebody approves or rejects.</summary>
internal static class RecommendationCommands
{
    public static Command Create(CommandContext context) => new Verb("recommendations", "Measures against hotspots, and what they saved", "recommendations list --status pending")
    {
        List(context), Show(context), Approve(context), Reject(context), Implement(context),
    };

    private static Command List(CommandContext context)
    {
        var status = Options.OneOf("--status", "Only those in this state", "pending", "approved", "rejected", "implemented", "verified", "no_effect", "worse", "not_measurable", "expired");
        var hotspot = new Option<string?>("--hotspot") { Description = "Only those for this hotspot" };
        var limit = Options.Limit(20, 100);
        var command = new Verb("list", "List recommendations, newest first", "recommendations list --status pending") { status, hotspot, limit };
        return command.Calls(context, async call =>
        {
            var request = new ListRecommendationsRequest { Status = call.Value(status) ?? "", HotspotId = call.Value(hotspot) ?? "", Limit = call.Value(limit) };
            var answer = await call.Client.Recommendations.ListRecommendationsAsync(request, cancellationToken: call.CancellationToken);
            call.Show(answer.Recommendations, Table, "There are no recommendations.");
        });
    }

    private static Command Show(CommandContext context)
    {
        var id = Options.Id("recommendation");
        var command = new Verb("show", "Show a recommendation and its measured effect", $"recommendations show {Verb.SampleId}") { id };
        return command.Calls(context, async call =>
        {
            var answer = await call.Client.Recommendations.GetRecommendationAsync(new() { Id = call.Required(id) }, cancellationToken: call.CancellationToken);
            call.Show(answer.Recommendation, one => call.Screen.Line(string.Join('\n', Lines(one))));
        });
    }

    private static Command Approve(CommandContext context)
    {
        var (id, user, note) = (Options.Id("recommendation"), Options.User(), Options.Note());
        var command = new Verb("approve", "Approve a recommendation", $"recommendations approve {Verb.SampleId} --note 'From Monday on'") { id, user, note };
        return command.Calls(context, async call =>
        {
            var request = new ApproveRecommendationRequest { Id = call.Required(id), UserId = call.Value(user), Note = call.Value(note) ?? "" };
            call.Show(await call.Client.Recommendations.ApproveRecommendationAsync(request, cancellationToken: call.CancellationToken), one => Told(call, one.RecommendationId, one.Status));
        });
    }

    private static Command Reject(CommandContext context)
    {
        var (id, user, note) = (Options.Id("recommendation"), Options.User(), new Option<string>("--note") { Description = "Why, in a sentence; it is kept", Required = true });
        var command = new Verb("reject", "Reject a recommendation", $"recommendations reject {Verb.SampleId} --note 'The contract runs to May'") { id, user, note };
        return command.Calls(context, async call =>
        {
            var request = new RejectRecommendationRequest { Id = call.Required(id), UserId = call.Value(user), Note = call.Value(note) };
            call.Show(await call.Client.Recommendations.RejectRecommendationAsync(request, cancellationToken: call.CancellationToken), one => Told(call, one.RecommendationId, one.Status));
        });
    }

    private static Command Implement(CommandContext context)
    {
        var (id, user, note) = (Options.Id("recommendation"), Options.User(), Options.Note());
        var command = new Verb("implement", "Say that an approved recommendation is carried out; its effect is measured from then on", $"recommendations implement {Verb.SampleId}") { id, user, note };
        return command.Calls(context, async call =>
        {
            var request = new ImplementRecommendationRequest { Id = call.Required(id), UserId = call.Value(user), Note = call.Value(note) ?? "" };
            call.Show(await call.Client.Recommendations.ImplementRecommendationAsync(request, cancellationToken: call.CancellationToken), one => Told(call, one.RecommendationId, one.Status));
        });
    }

    private static void Told(Call call, string id, string status) => call.Screen.Line($"{id}  {Words.Of(status)}");

    private static Sheet Table(IEnumerable<Recommendation> recommendations)
    {
        var sheet = new Sheet(new("id"), new("title", Wraps: true), new("status"), new("saves", Right: true, Rank: 1), new("cost", Rank: 2), new("confidence", Right: true, Rank: 3), new("created (UTC)", Rank: 4));
        foreach (var one in recommendations)
            sheet.Add(one.Id, one.Title, Words.Of(one.Status), Figures.Kilograms(one.Co2Reduction), one.CostImpact, Figures.Percent(one.Confidence * 100), Figures.Moment(one.CreatedAt));
        return sheet;
    }

    private static IEnumerable<string> Lines(Recommendation one)
    {
        yield return $"{one.Id}  {one.Title}  {Words.Of(one.Status)}";
        yield return one.Description;
        yield return $"saves:   {Figures.Kilograms(one.Co2Reduction)}{(one.HasLowKg && one.HasHighKg ? $" ({Figures.Kilograms(one.LowKg)} to {Figures.Kilograms(one.HighKg)})" : "")} in {Words.Count(one.ReductionHours, "hour")}, {Words.Of(one.ReductionStatus)}";
        yield return $"for:     {one.SupplierId}, {Words.Of(one.Cause)}; hotspot {one.HotspotId}";
        if (one.DecidedBy.Length > 0)
            yield return $"decided: by {one.DecidedBy} at {Figures.Moment(one.DecidedAt)} UTC{(one.Note.Length > 0 ? $": {one.Note}" : "")}";
        if (one.Outcome is { MeasuredAt: not null } outcome)
            yield return $"effect:  {(outcome.HasMeasuredKg ? $"{Figures.Kilograms(outcome.MeasuredKg)} saved, {Words.Count(outcome.DaysBefore, "day")} before against {outcome.DaysAfter} after" : outcome.Reason)}";
    }
}
