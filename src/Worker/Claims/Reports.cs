using Grpc.Core;
using Pylon.Client;
using Pylon.Conductor.V1;

namespace Pylon.Worker.Claims;

/// <summary>The calls to the Conductor. All but a claim are repeated until there is an answer; what is refused is told.</summary>
internal sealed class Reports(PylonClient client, WorkerSettings settings, TimeProvider time, Action<string> log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan CallBound = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    /// <summary>Tells the jobs that this worker runs; goes on until it is answered.</summary>
    public Task JoinAsync(Conductor.V1.Worker worker, CancellationToken cancellationToken) =>
        AskAsync("join", () => client.Work.JoinWorkAsync(new JoinWorkRequest { Worker = worker }, Options(CallBound, cancellationToken)), cancellationToken);

    /// <summary>Claims parts; waits a while for the first. Throws when Pylon does not answer.</summary>
    public async Task<IReadOnlyList<Claim>> ClaimAsync(ClaimWorkRequest request, CancellationToken cancellationToken)
    {
        request.Wait = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(Wait);
        return (await client.Work.ClaimWorkAsync(request, Options(Wait + CallBound, cancellationToken))).Claims;
    }

    /// <summary>Extends leases. Throws when Pylon does not answer.</summary>
    public async Task<IReadOnlyList<Renewed>> RenewAsync(IEnumerable<Renewal> renewals, CancellationToken cancellationToken) =>
        (await client.Work.RenewWorkAsync(new RenewWorkRequest { Worker = settings.Name, Renewals = { renewals } }, Options(CallBound, cancellationToken))).Renewed;

    /// <summary>False when it was refused, because the lease is lost. It is sent at least once, and again until the lease is lost.</summary>
    public async Task<bool> CompleteAsync(CompleteWorkRequest request, CancellationToken cancellationToken) =>
        await AskAsync("complete", () => client.Work.CompleteWorkAsync(request, Options(CallBound, CancellationToken.None)), cancellationToken) is not null;

    /// <summary>Null when it was refused, because the lease is lost. It is sent as often as the other.</summary>
    public Task<FailWorkResponse?> FailAsync(FailWorkRequest request, CancellationToken cancellationToken) =>
        AskAsync("fail", () => client.Work.FailWorkAsync(request, Options(CallBound, CancellationToken.None)), cancellationToken);

    /// <summary>The pause before the next attempt: it doubles, with jitter, and has a bound.</summary>
    public static TimeSpan Pause(int attempt) =>
        TimeSpan.FromTicks((long)(Math.Min(LongestPause.Ticks, FirstPause.Ticks * Math.Pow(2, Math.Min(attempt, 10))) * (0.5 + (Random.Shared.NextDouble() / 2))));

    /// <summary>True for a failure that may pass.</summary>
    public static bool IsTransient(RpcException e) => e.StatusCode is not (StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.NotFound or StatusCode.Unimplemented);

    private async Task<T?> AskAsync<T>(string verb, Func<AsyncUnaryCall<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.FailedPrecondition or StatusCode.NotFound)
            {
                log($"refused to {verb}: {e.Status.Detail}");
                return null;
            }
            catch (RpcException e) when (IsTransient(e) && !cancellationToken.IsCancellationRequested)
            {
                var pause = Pause(attempt);
                log($"could not {verb} ({e.StatusCode} {e.Status.Detail}); tries again in {pause.TotalSeconds:0.0} s");
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }

    private CallOptions Options(TimeSpan bound, CancellationToken cancellationToken) => new(deadline: (time.GetUtcNow() + bound).UtcDateTime, cancellationToken: cancellationToken);
}
