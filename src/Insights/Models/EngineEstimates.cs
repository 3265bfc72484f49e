using Microsoft.Extensions.Options;
using Pylon.Insights.EngineCache;
using Pylon.Insights.Engines;
using Pylon.Insights.Factors;
using Pylon.Insights.Inputs;
using Pylon.Rpc;

namespace Pylon.Insights.Models;

/// <summary>
/// Estimates of the external ML engine, where it is configured and can be used; the built-in one with the reason where not.
/// </summary>
internal sealed class EngineEstimates(
    MlEngine engine, PredictionStore store, IOptions<ModelsOptions> options, IOptions<EngineCacheOptions> cache, TimeProvider time, ILogger<EngineEstimates> log)
{
    public const string Name = "ml";

    private const decimal ByAnalogy = 40;
    private const decimal DefaultConfidence = 0.5m;
    private const decimal MostKg = 1_000_000_000;
    private const int MostVersion = 100;

    public bool IsConfigured => engine.IsConfigured;

    /// <summary>The built-in outcomes, with the engine's in the place of those that it gives.</summary>
    public async Task<IReadOnlyList<EstimateOutcome>> ReplaceAsync(
        IReadOnlyList<EstimateRequest> requests, IReadOnlyList<EstimateOutcome> builtIn, CancellationToken cancellationToken)
    {
        var outcomes = builtIn.ToArray();
        var asked = new Dictionary<(string Kind, string Features), List<int>>();
        for (var at = 0; at < outcomes.Length; at++)
        {
            if (outcomes[at].Refusal is { Kind: RefusalKind.InvalidArgument })
                continue;
            if (WhyNot(requests[at]) is { } reason)
                outcomes[at] = Fallback(outcomes[at], reason);
            else if (asked.TryGetValue(Question(requests[at]), out var same))
                same.Add(at);
            else
                asked[Question(requests[at])] = [at];
        }

        foreach (var (question, answer) in await AskAsync([.. asked.Keys], cancellationToken))
        {
            foreach (var at in asked[question])
                outcomes[at] = answer is MlAnswer.Predicted predicted ? Of(requests[at], outcomes[at], predicted) : Fallback(outcomes[at], ((MlAnswer.Fallback)answer).Reason);
        }

        return outcomes;
    }

    // Null when the engine can be asked: it knows the features of the seed, and those alone.
    private static string? WhyNot(EstimateRequest request)
    {
        var known = FeatureDefaults.EngineFeatures(request.Kind);
        if (known.Count == 0)
            return $"the external engine has no model of {request.Kind}";
        if (request.Features.Legs.Count > 0)
            return "the external engine takes no legs";
        var other = FeatureNames.GivenIn(request.Features).Select(given => given.Name).FirstOrDefault(name => !known.Contains(name, StringComparer.Ordinal));
        return other is null ? null : $"the external engine does not take {other}";
    }

    private static (string Kind, string Features) Question(EstimateRequest request) =>
        (request.Kind, FeatureJson.Canonical(FeatureDefaults.Fill(request.Kind, request.Features)));

    private static EstimateOutcome Fallback(EstimateOutcome builtIn, string reason) =>
        builtIn.IsEstimate ? builtIn.Estimate with { FallbackReason = reason } : builtIn;

    // The engine's own answer has no lines; what it counts and how sure it is, it does not say.
    private static Estimate Of(EstimateRequest request, EstimateOutcome builtIn, MlAnswer.Predicted predicted)
    {
        var half = predicted.Co2Kg * ByAnalogy / 100;
        var activity = builtIn.Estimate?.Activity ?? 0;
        return new Estimate
        {
            Co2Kg = predicted.Co2Kg,
            Boundary = Boundaries.NotStated,
            Activity = activity,
            Lines =
            [
                new EstimateLine("external prediction", $"{Name}:{predicted.ModelVersion}", predicted.Co2Kg, "prediction", 1, predicted.Co2Kg)
                {
                    ActivityKey = "prediction", FactorPercent = ByAnalogy, Quality = DefaultConfidence,
                },
            ],
            FactorSet = "",
            ModelVersion = predicted.ModelVersion,
            Engine = Name,
            Confidence = predicted.Confidence ?? DefaultConfidence,
            LowKg = predicted.Co2Kg - half,
            HighKg = predicted.Co2Kg + half,
            Assumptions =
            [
                "The external engine does not say what it counts (boundary) nor its uncertainty: ± 40 % is taken.",
                .. FeatureDefaults.Of(request.Kind).Where(each => FeatureNames.ByName[each.Name].Get(request.Features) is null).Select(each => $"{each.Name} is not given: the engine was sent {each.Value}."),
            ],
        };
    }

    private async Task<IEnumerable<((string Kind, string Features) Question, MlAnswer Answer)>> AskAsync(
        List<(string Kind, string Features)> questions, CancellationToken cancellationToken)
    {
        var answers = await FindAsync(questions, cancellationToken);
        var missing = questions.Where(question => !answers.ContainsKey(question)).ToList();
        var most = options.Value.MaxEngineCalls;
        var fresh = new MlAnswer[Math.Min(missing.Count, most)];
        var bounds = new ParallelOptions { MaxDegreeOfParallelism = options.Value.EngineCallsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, fresh.Length, bounds, async (at, stop) => fresh[at] = Checked(await engine.PredictAsync(missing[at].Kind, missing[at].Features, stop)));
        for (var at = 0; at < missing.Count; at++)
            answers[missing[at]] = at < fresh.Length ? fresh[at] : new MlAnswer.Fallback($"more than {most} questions in one batch");
        await KeepAsync([.. missing.Take(fresh.Length).Select((question, at) => (question, fresh[at]))], cancellationToken);
        return answers.Select(each => (each.Key, each.Value));
    }

    // Whatever the client of the engine lets through.
    private static MlAnswer Checked(MlAnswer answer) => answer is MlAnswer.Predicted predicted
        && (predicted.Co2Kg is < 0 or > MostKg || predicted.Confidence is < 0 or > 1 || predicted.ModelVersion.Length is 0 or > MostVersion)
        ? new MlAnswer.Fallback("the external engine's answer is out of bounds")
        : answer;

    private async Task<Dictionary<(string Kind, string Features), MlAnswer>> FindAsync(List<(string Kind, string Features)> questions, CancellationToken cancellationToken)
    {
        var answers = new Dictionary<(string Kind, string Features), MlAnswer>();
        // A model that has not answered yet may be of any version.
        var versions = questions.Select(question => question.Kind).Distinct(StringComparer.Ordinal).ToDictionary(kind => kind, engine.ModelVersionOf, StringComparer.Ordinal);
        var keys = questions.Where(question => versions[question.Kind] is not null).Select(question => KeyOf(question, versions[question.Kind]!)).ToList();
        if (keys.Count == 0)
            return answers;
        try
        {
            foreach (var (key, found) in await store.FindAsync(keys, time.GetUtcNow() - cache.Value.MaxAge, cancellationToken))
                answers[(key.Kind, key.Features)] = new MlAnswer.Predicted(found.Co2Kg, key.ModelVersion, found.Confidence);
        }
        catch (System.Data.Common.DbException e) when (!cancellationToken.IsCancellationRequested)
        {
            log.CacheUnreadable(e);
        }

        return answers;
    }

    private async Task KeepAsync(List<((string Kind, string Features) Question, MlAnswer Answer)> answers, CancellationToken cancellationToken)
    {
        var predictions = answers.Where(each => each.Answer is MlAnswer.Predicted)
            .Select(each => (each.Question, Predicted: (MlAnswer.Predicted)each.Answer))
            .Select(each => new StoredPrediction(KeyOf(each.Question, each.Predicted.ModelVersion), each.Predicted.Co2Kg, each.Predicted.Confidence)).ToList();
        if (predictions.Count == 0)
            return;
        try
        {
            await store.PutAsync(predictions, time.GetUtcNow(), cancellationToken);
        }
        catch (System.Data.Common.DbException e) when (!cancellationToken.IsCancellationRequested)
        {
            log.CacheUnwritable(e);
        }
    }

    private static PredictionKey KeyOf((string Kind, string Features) question, string version) =>
        new(question.Kind, question.Features, FactorFiles.Desnz, Name, version);
}
