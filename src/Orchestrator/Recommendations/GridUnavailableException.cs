namespace Pylon.Orchestrator.Recommendations;

/// <summary>Ingestion is unreachable or has fewer than three grid zones to offer. Worth a retry.</summary>
internal sealed class GridUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
