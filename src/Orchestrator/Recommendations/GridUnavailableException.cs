namespace Pylon.Orchestrator.Recommendations;

/// <summary>Ingestion does not answer, or knows too little to offer three zones. Worth a retry.</summary>
internal sealed class GridUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
