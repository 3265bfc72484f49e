namespace Pylon.Insights.Engines;

/// <summary>The external RAG service of RAG_SERVICE_URL.</summary>
internal sealed class RagEngine
{
    /// <summary>False when RAG_SERVICE_URL is not set: then nothing is asked.</summary>
    public bool IsConfigured => false;

    /// <summary>Asks the service what to do about a hotspot. It stores nothing. A service that fails costs no exception.</summary>
    public Task<RagAnswer> RecommendAsync(RagRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<RagAnswer>(new RagAnswer.Fallback("RAG_SERVICE_URL is not set"));
}
