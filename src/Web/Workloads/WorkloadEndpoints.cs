using Grpc.Core;
using Pylon.Orchestrator.V1;
using Pylon.Web.Frame;
using Pylon.Web.Services;
using Pylon.Web.Words;

namespace Pylon.Web.Workloads;

/// <summary>The screens of workloads, and what their forms do.</summary>
internal static class WorkloadEndpoints
{
    private const string Orchestrator = "the Orchestrator";
    private const string List = "/web/workloads";
    private const string One = List + "/{id}";

    // As many as a page of the list has.
    private const int MostAtOnce = 25;

    public static void MapWorkloads(this RouteGroupBuilder web)
    {
        var workloads = web.MapGroup("/workloads");
        workloads.MapGet("", () => Page.Of<WorkloadsPage>());
        workloads.MapPost("", SubmitAsync);
        workloads.MapForm("/several", List, SeveralAsync);
        workloads.MapGet("/new", (HttpRequest request) => Page.Of<SubmitPage>((nameof(SubmitPage.Given), new Given(request.Query))));
        workloads.MapGet("/{id}", (string id) => Page.Of<WorkloadPage>((nameof(WorkloadPage.Id), id)));
        workloads.MapForm("/{id}/choose", One, ChooseAsync);
        workloads.MapForm("/{id}/cancel", One, (string id, Clients clients, CancellationToken cancellationToken) => OnOneAsync(id, () => CancelAsync(id, clients, cancellationToken)));
        workloads.MapForm("/{id}/replay", One, (string id, Clients clients, CancellationToken cancellationToken) => OnOneAsync(id, () => ReplayAsync(id, clients, cancellationToken)));
    }

    private static async Task<IResult> SubmitAsync(HttpRequest form, Clients clients, Clock clock, CancellationToken cancellationToken)
    {
        var given = new Given(await form.ReadFormAsync(cancellationToken));
        return await Change.MakeAsync(
            async () => Address((await clients.Workloads.SubmitWorkloadAsync(WorkloadForms.Submission(given, clock), clients.Change(cancellationToken))).Workload.Id),
            Orchestrator,
            trouble => Page.Of<SubmitPage>(trouble.HttpStatus, (nameof(SubmitPage.Given), given), (nameof(SubmitPage.Trouble), trouble)));
    }

    private static async Task<IResult> ChooseAsync(string id, HttpRequest form, Clients clients, CancellationToken cancellationToken)
    {
        var given = new Given(await form.ReadFormAsync(cancellationToken));
        return await OnOneAsync(id, async () => await clients.Workloads.ChooseRecommendationAsync(
            new ChooseRecommendationRequest { Id = id, Option = given.Whole("option") ?? 0 }, clients.Change(cancellationToken)));
    }

    private static Task<IResult> OnOneAsync(string id, Func<Task> change) => Change.MakeAsync(
        async () =>
        {
            await change();
            return Address(id);
        },
        Orchestrator,
        trouble => Page.Of<WorkloadPage>(trouble.HttpStatus, (nameof(WorkloadPage.Id), id), (nameof(WorkloadPage.Trouble), trouble)));

    private static async Task<IResult> SeveralAsync(HttpRequest form, Clients clients, CancellationToken cancellationToken)
    {
        var given = new Given(await form.ReadFormAsync(cancellationToken));
        var (replay, ids) = (given["do"] == "replay", given.All("id").Distinct(StringComparer.Ordinal).Take(MostAtOnce).ToList());
        var changes = ids.Select(id => TryAsync(() => replay ? ReplayAsync(id, clients, cancellationToken) : CancelAsync(id, clients, cancellationToken)));
        var refusals = (await Task.WhenAll(changes)).OfType<Trouble>().ToList();
        if (refusals.Count == 0)
            return Change.Go(List);
        var trouble = refusals[0] with { Title = $"{refusals.Count} of {Say.Count(ids.Count, "workload")} could not be {(replay ? "replayed" : "cancelled")}" };
        return Page.Of<WorkloadsPage>(trouble.HttpStatus, (nameof(WorkloadsPage.Trouble), trouble));
    }

    private static async Task CancelAsync(string id, Clients clients, CancellationToken cancellationToken) =>
        await clients.Workloads.CancelWorkloadAsync(new CancelWorkloadRequest { Id = id }, clients.Change(cancellationToken));

    private static async Task ReplayAsync(string id, Clients clients, CancellationToken cancellationToken) =>
        await clients.Workloads.ReplayWorkloadAsync(new ReplayWorkloadRequest { Id = id }, clients.Change(cancellationToken));

    private static async Task<Trouble?> TryAsync(Func<Task> change)
    {
        try
        {
            await change();
            return null;
        }
        catch (RpcException e)
        {
            return Trouble.Of(e, Orchestrator);
        }
    }

    private static string Address(string id) => $"{List}/{id}";
}
