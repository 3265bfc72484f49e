using Pylon.Insights.V1;
using Pylon.Web.Frame;
using Pylon.Web.Services;
using Pylon.Web.Words;

namespace Pylon.Web.Hotspots;

/// <summary>The screens of hotspots, alerts and recommendations, and what their forms do.</summary>
internal static class HotspotEndpoints
{
    private const string Insights = "Insights";
    private const string List = "/web/hotspots";
    private const string One = List + "/{id}";

    public static void MapHotspots(this RouteGroupBuilder web)
    {
        web.MapGet("/hotspots", () => Page.Of<HotspotsPage>());
        web.MapGet("/hotspots/{id}", (string id) => Page.Of<HotspotPage>((nameof(HotspotPage.Id), id)));
        web.MapForm("/hotspots/{id}/acknowledge", One, (string id, HttpRequest form, Clients clients, CancellationToken cancellationToken) => OnHotspotAsync(id, form, async given =>
            await clients.Hotspots.AcknowledgeHotspotAsync(new AcknowledgeHotspotRequest { Id = id, UserId = given["user"], Note = given["note"] }, clients.Change(cancellationToken))));
        web.MapForm("/hotspots/{id}/ignore", One, (string id, HttpRequest form, Clients clients, Clock clock, CancellationToken cancellationToken) => OnHotspotAsync(id, form, async given =>
            await clients.Hotspots.IgnoreHotspotAsync(new IgnoreHotspotRequest { Id = id, UserId = given["user"], Reason = given["note"], Until = clock.Read("until", given["until"]) }, clients.Change(cancellationToken))));
        web.MapForm("/hotspots/{id}/resolve", One, (string id, HttpRequest form, Clients clients, CancellationToken cancellationToken) => OnHotspotAsync(id, form, async given =>
            await clients.Hotspots.ResolveHotspotAsync(new ResolveHotspotRequest { Id = id, UserId = given["user"], Note = given["note"] }, clients.Change(cancellationToken))));
        web.MapForm("/hotspots/{id}/recommendations/{recommendation}/decide", One, DecideAsync);
        web.MapForm("/hotspots/{id}/recommendations/{recommendation}/implement", One, (string id, string recommendation, HttpRequest form, Clients clients, Clock clock, CancellationToken cancellationToken) => OnHotspotAsync(id, form, async given =>
            await clients.Recommendations.ImplementRecommendationAsync(
                new ImplementRecommendationRequest { Id = recommendation, UserId = given["user"], Note = given["note"], ImplementedAt = clock.Read("implemented_at", given["when"]) }, clients.Change(cancellationToken))));
        web.MapForm("/hotspots/{id}/shifts/{proposal}/choose", One, (string id, string proposal, Clients clients, CancellationToken cancellationToken) => ChangeAsync(id, async () =>
            await clients.Shifts.ChooseShiftProposalAsync(new ChooseShiftProposalRequest { Id = proposal }, clients.Change(cancellationToken))));
        web.MapForm("/alerts/{id}/acknowledge", List, (string id, Clients clients, CancellationToken cancellationToken) => OnAlertsAsync(async () =>
            await clients.Alerts.AcknowledgeAlertAsync(new AcknowledgeAlertRequest { Id = id }, clients.Change(cancellationToken))));
        web.MapForm("/alerts/{id}/silence", List, SilenceAsync);
        web.MapForm("/silences/{id}/end", List, (string id, Clients clients, CancellationToken cancellationToken) => OnAlertsAsync(async () =>
            await clients.Silences.EndSilenceAsync(new EndSilenceRequest { Id = id }, clients.Change(cancellationToken))));
    }

    private static async Task<IResult> OnHotspotAsync(string id, HttpRequest form, Func<Given, Task> change)
    {
        var given = new Given(await form.ReadFormAsync(form.HttpContext.RequestAborted));
        return await ChangeAsync(id, () => change(given));
    }

    private static async Task<IResult> DecideAsync(string id, string recommendation, HttpRequest form, Clients clients, CancellationToken cancellationToken)
    {
        var given = new Given(await form.ReadFormAsync(cancellationToken));
        return await ChangeAsync(id, async () =>
        {
            if (given["do"] == "reject")
                await clients.Recommendations.RejectRecommendationAsync(new RejectRecommendationRequest { Id = recommendation, UserId = given["user"], Note = given["note"] }, clients.Change(cancellationToken));
            else
                await clients.Recommendations.ApproveRecommendationAsync(new ApproveRecommendationRequest { Id = recommendation, UserId = given["user"], Note = given["note"] }, clients.Change(cancellationToken));
        });
    }

    private static async Task<IResult> SilenceAsync(string id, HttpRequest form, Clients clients, Clock clock, CancellationToken cancellationToken)
    {
        var given = new Given(await form.ReadFormAsync(cancellationToken));
        return await OnAlertsAsync(async () => await clients.Silences.SilenceAlertAsync(
            new SilenceAlertRequest { AlertId = id, EndsAt = clock.Read("until", given["until"]), Reason = given["reason"], UserId = given["user"], RequestId = given["request_id"] },
            clients.Change(cancellationToken)));
    }

    private static Task<IResult> OnAlertsAsync(Func<Task> change) => Change.MakeAsync(
        async () =>
        {
            await change();
            return List;
        },
        Insights,
        trouble => Page.Of<HotspotsPage>(trouble.HttpStatus, (nameof(HotspotsPage.Trouble), trouble)));

    private static Task<IResult> ChangeAsync(string hotspotId, Func<Task> change) => Change.MakeAsync(
        async () =>
        {
            await change();
            return $"{List}/{Uri.EscapeDataString(hotspotId)}";
        },
        Insights,
        trouble => Page.Of<HotspotPage>(trouble.HttpStatus, (nameof(HotspotPage.Id), hotspotId), (nameof(HotspotPage.Trouble), trouble)));
}
