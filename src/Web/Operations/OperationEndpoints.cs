using Grpc.Core;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.V1;
using Pylon.Web.Frame;
using Pylon.Web.Services;
using Pylon.Web.Words;
using Conducting = Pylon.Conductor.V1;

namespace Pylon.Web.Operations;

/// <summary>The screen of the system, and what its forms do.</summary>
internal static class OperationEndpoints
{
    private const string Address = "/web/system";

    public static void MapOperations(this RouteGroupBuilder web)
    {
        web.MapGet("/system", () => Page.Of<OperationsPage>());
        web.MapForm("/system/runs", Address, (Clients clients, CancellationToken cancellationToken) => ChangeAsync("Ingestion", async () =>
            await clients.Runs.RunPipelineAsync(new RunPipelineRequest(), clients.Change(cancellationToken))));
        web.MapForm("/system/dead-letters/{id}/replay", Address, SettleAsync);
        web.MapForm("/system/keys", Address, MakeKeyAsync);
        web.MapForm("/system/keys/{id}/revoke", Address, (string id, Clients clients, CancellationToken cancellationToken) => ChangeAsync("the Orchestrator", async () =>
            await clients.Keys.RevokeKeyAsync(new RevokeKeyRequest { Id = id }, clients.Change(cancellationToken))));
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

    /// <summary>The text of a key is in this answer alone, so nothing is at another address to go to.</summary>
    private static async Task<IResult> MakeKeyAsync(HttpRequest form, Clients clients, Clock clock, CancellationToken cancellationToken)
    {
        var given = new Given(await form.ReadFormAsync(cancellationToken));
        try
        {
            var request = new CreateKeyRequest { Name = given["name"], OperatorId = given["operator"], ExpiresAt = clock.Read("ends", given["ends"]), Scopes = { given.All("scope") } };
            return Page.Of<OperationsPage>((nameof(OperationsPage.MadeKey), await clients.Keys.CreateKeyAsync(request, clients.Change(cancellationToken))));
        }
        catch (RpcException e)
        {
            return Refused(Trouble.Of(e, "the Orchestrator"));
        }
    }

    private static Task<IResult> ChangeAsync(string service, Func<Task> change) => Change.MakeAsync(
        async () =>
        {
            await change();
            return Address;
        },
        service,
        Refused);

    private static IResult Refused(Trouble trouble) => Page.Of<OperationsPage>(trouble.HttpStatus, (nameof(OperationsPage.Trouble), trouble));
}
