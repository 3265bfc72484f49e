using Pylon.Conductor.Pipelines;

namespace Pylon.Conductor.DeadLetters;

/// <summary>Takes questions that could not be answered, so that they can be asked again once the cause is mended.</summary>
internal interface IFailedResolutions
{
    /// <summary>Does not throw: the caller has been refused already and is told why.</summary>
    Task KeepAsync(ResolutionRequest request, string reason, CancellationToken cancellationToken);
}

/// <summary>Without Redis and PostgreSQL there is no place for them but the log.</summary>
internal sealed class LoggedFailedResolutions(ILogger<LoggedFailedResolutions> logger) : IFailedResolutions
{
    public Task KeepAsync(ResolutionRequest request, string reason, CancellationToken cancellationToken)
    {
        logger.ResolutionFailed(request.BatchId, request.Pipeline, reason);
        return Task.CompletedTask;
    }
}
