using System.Text.Json;

namespace Pylon.Insights.Engines;

/// <summary>
/// The external RAG service of RAG_SERVICE_URL: POST /api/rag/recommend. It stores nothing. When it is not set, fails or
/// answers what cannot be used, the built-in playbook answers, and the answer says why.
/// </summary>
internal sealed class RagEngine(EngineClient client)
{
    public EngineClient Client => client;

    /// <summary>False when RAG_SERVICE_URL is not set: then nothing is asked.</summary>
    public bool IsConfigured => client.IsConfigured;

    /// <summary>Asks the service what to do about a hotspot. A service that fails costs no exception.</summary>
    public async Task<RagAnswer> RecommendAsync(RagRequest request, CancellationToken cancellationToken)
    {
        // It takes a zero for a missing number and refuses it.
        if (request.PredictedKg <= 0 || request.BaselineKg <= 0)
            return new RagAnswer.Fallback(client.Because("it needs a predicted and a baseline value above 0"));
        var reply = await client.PostAsync("api/rag/recommend", BodyOf(request), cancellationToken);
        if (reply is not EngineReply.Answer answer)
            return new RagAnswer.Fallback(client.Because(reply.Problem));
        var advice = RagReader.Read(answer.Json, request.PredictedKg, out var refusals);
        foreach (var refusal in refusals)
            client.Refuse(refusal);
        return advice as RagAnswer ?? new RagAnswer.Fallback(client.Because(refusals[^1].Reason));
    }

    private static string BodyOf(RagRequest request) => JsonSerializer.Serialize(new
    {
        supplier = request.Supplier,
        predicted = request.PredictedKg,
        baseline = request.BaselineKg,
        hotspot_reason = request.HotspotReason,
        hotspot_id = request.HotspotId,
        save_to_db = false,
    });
}
