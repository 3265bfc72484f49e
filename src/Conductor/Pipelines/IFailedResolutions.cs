namespace Pylon.Conductor.Pipelines;

/// <summary>Keeps requests that could not be resolved, so that they can be replayed when the cause is mended.</summary>
internal interface IFailedResolutions
{
    /// <summary>Does not throw: the caller gets the refusal either way.</summary>
    Task KeepAsync(ResolutionRequest request, string reason, CancellationToken cancellationToken);
}

/// <summary>Logs them: without Redis and PostgreSQL there are no dead letters.</summary>
internal sealed class LoggedFailedResolutions(ILogger<LoggedFailedResolutions> logger) : IFailedResolutions
{
    public Task KeepAsync(ResolutionRequest request, string reason, CancellationToken cancellationToken)
    {
        logger.ResolutionFailed(request.BatchId, request.Pipeline, reason);
        return Task.CompletedTask;
    }
}
