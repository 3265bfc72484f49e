using Pylon.Ingestion.V1;
using Pylon.Orchestrator.V1;
using Pylon.Web.Frame;
using Pylon.Web.Services;
using Conducting = Pylon.Conductor.V1;

namespace Pylon.Web.Operations;

/// <summary>The screen of the system, and what its forms do.</summary>
internal static class OperationEndpoints
{
    private const string Address = "/web/system";

    public static void MapOperations(this RouteGroupBuilder web)
    {
        web.MapGet("/system", () => Page.Of<OperationsPage>());
        web.MapPost("/system/runs", (Clients clients, CancellationToken cancellationToken) => ChangeAsync("Ingestion", async () =>
            await clients.Runs.RunPipelineAsync(new RunPipelineRequest(), clients.Change(cancellationToken))));
        web.MapPost("/system/dead-letters/{id}/replay", SettleAsync);
    }

    /// <summary>A dead letter of a workload is the workload's own; every other one is the Conductor's.</summary>
    private static async Task<IResult> SettleAsync(string id, HttpRequest form, Clients clients, CancellationToken cancellationToken)
    {
        var given = new Given(await form.ReadFormAsync(cancellationToken));
        if (given["workload"] is { Length: > 0 } workload)
            return await ChangeAsync("the Orchestrator", async () => await clients.Workloads.ReplayWorkloadAsync(new ReplayWorkloadRequest { Id = workload }, clients.Change(cancellationToken)));
        return await ChangeAsync("the Conductor", async () =>
        {
            if (given["do"] == "discard")
                await clients.DeadLetters.DiscardDeadLetterAsync(new Conducting.DiscardDeadLetterRequest { Id = id }, clients.Change(cancellationToken));
            else
                await clients.DeadLetters.ReplayDeadLetterAsync(new Conducting.ReplayDeadLetterRequest { Id = id }, clients.Change(cancellationToken));
        });
    }

    private static Task<IResult> ChangeAsync(string service, Func<Task> change) => Change.MakeAsync(
        async () =>
        {
            await change();
            return Address;
        },
        service,
        trouble => Page.Of<OperationsPage>(trouble.HttpStatus, (nameof(OperationsPage.Trouble), trouble)));
}
