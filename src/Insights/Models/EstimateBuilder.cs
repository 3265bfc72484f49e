using Pylon.Insights.Factors;
using Pylon.Insights.Inputs;
using Pylon.Insights.Intensity;

namespace Pylon.Insights.Models;

/// <summary>Collects the lines of one estimate, what it assumes, and which inputs it used.</summary>
internal sealed class EstimateBuilder(EstimateRequest request, FactorBook book)
{
    public const string BuiltIn = "built-in";
    public const string ModelVersion = "built-in-1";

    private const decimal Metered = 2;
    private const decimal Published = 10;
    private const decimal ByAnalogy = 40;
    private const decimal Defaulted = 0.7m;
    private const decimal Assumed = 0.5m;
    private const string Measured = "measured";

    private readonly List<EstimateLine> _lines = [];
    private readonly List<string> _assumptions = [];
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly HashSet<string> _sets = new(StringComparer.Ordinal);

    // Of the amounts: what was measured is as it is; a guess is as uncertain as a factor by analogy.
    private decimal ActivityPercent => request.Source switch
    {
        Measured => 0,
        "reported" => 5,
        _ => ByAnalogy,
    };

    private decimal SourceQuality => request.Source switch
    {
        Measured => 1,
        "reported" => 0.9m,
        "estimated" => Defaulted,
        _ => Assumed,
    };

    public void Use(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            _used.Add(name);
    }

    public void Assume(string sentence)
    {
        if (!_assumptions.Contains(sentence))
            _assumptions.Add(sentence);
    }

    /// <summary>Amount times a factor that is known.</summary>
    /// <param name="what">Of the line.</param>
    /// <param name="factor">With a total.</param>
    /// <param name="amount">In its unit.</param>
    /// <param name="activity">Lines of one activity share its error.</param>
    /// <param name="percent">The uncertainty of the factor; null for that of its status.</param>
    /// <param name="quality">0 to 1, of the factor.</param>
    public void Add(string what, Factor factor, decimal amount, string activity, decimal? percent = null, decimal quality = 1)
    {
        _sets.Add(factor.Set);
        if (factor.Status == "unverified")
            Assume($"The factor {factor.Id} is unverified: {factor.Note}");
        _lines.Add(new EstimateLine(what, factor.Id, factor.Co2e!.Value, factor.Unit, amount, amount * factor.Co2e.Value)
        {
            ActivityKey = activity,
            ActivityPercent = ActivityPercent,
            FactorPercent = percent ?? (factor.Status == "unverified" ? ByAnalogy : Published),
            Quality = SourceQuality * (factor.Status == "unverified" ? Math.Min(quality, Defaulted) : quality),
        });
    }

    /// <summary>Electricity from the grid, by the intensity of its time where that is known, with what the boundary asks for.</summary>
    /// <param name="kwh">From the grid.</param>
    /// <param name="rate">Null when the annual factor is meant.</param>
    /// <param name="boundary">GENERATION, GENERATION_TD or WTW.</param>
    public void AddElectricity(decimal kwh, GridRate? rate, string boundary)
    {
        const string Activity = "electricity";
        var (generation, td) = (book[FactorIds.Electricity], book[FactorIds.ElectricityTd]);
        var percent = request.Source == Measured ? Metered : Published;
        var timedKg = rate?.KgOf(kwh) ?? 0;
        var annualKwh = rate is null ? kwh : rate.Weight == 0 ? kwh : kwh * rate.MissingShare;
        if (rate is { Weight: > 0 })
            AddTimed("electricity", rate.FactorId, rate.KgPerKwh, kwh - annualKwh, timedKg);
        if (rate is null)
            Assume("Electricity has the annual factor of the United Kingdom.");
        else if (annualKwh > 0)
            Assume($"Electricity has the annual factor for {Math.Round(100 * (rate.Weight == 0 ? 1 : rate.MissingShare), 2)} % of the time: {rate.Missing}.");
        if (rate is null || annualKwh > 0)
            Add("electricity", generation, annualKwh, Activity, percent, rate is null ? 1 : Defaulted);
        if (boundary is Boundaries.GenerationTd or Boundaries.Wtw)
        {
            var share = td.Co2e!.Value / generation.Co2e!.Value;
            if (rate is { Weight: > 0 })
                AddTimed("electricity, T&D", $"{rate.FactorId}*{td.Id}/{generation.Id}", rate.KgPerKwh * share, kwh - annualKwh, timedKg * share);
            if (rate is null || annualKwh > 0)
                Add("electricity, T&D", td, annualKwh, Activity, percent, rate is null ? 1 : Defaulted);
        }

        if (boundary == Boundaries.Wtw)
            Add("electricity, well to tank", book[FactorIds.ElectricityWtt], kwh, Activity, percent);

        void AddTimed(string what, string id, decimal factor, decimal amount, decimal kg)
        {
            _sets.Add("carbon-intensity");
            if (rate.IsSynthetic)
                Assume("Some of the carbon intensities are synthetic.");
            _lines.Add(new EstimateLine(what, id, factor, "kWh", amount, kg)
            {
                ActivityKey = Activity,
                ActivityPercent = ActivityPercent,
                FactorPercent = rate.IsSynthetic ? ByAnalogy : percent,
                Quality = SourceQuality * (rate.IsSynthetic ? Assumed : 1),
            });
        }
    }

    /// <param name="boundary">Of the sum.</param>
    /// <param name="activity">In the unit of the kind.</param>
    /// <param name="allocations">Shares that were asked for.</param>
    public Estimate Build(string boundary, decimal activity, IReadOnlyList<Allocation>? allocations = null)
    {
        var kg = _lines.Sum(line => line.Co2Kg);
        var half = Uncertainty.OfSum(_lines);
        return new Estimate
        {
            Co2Kg = kg,
            Boundary = boundary,
            Activity = activity,
            Lines = _lines,
            FactorSet = string.Join('+', _sets.Order(StringComparer.Ordinal)),
            ModelVersion = ModelVersion,
            Engine = BuiltIn,
            Confidence = kg > 0 ? _lines.Sum(line => line.Co2Kg * line.Quality) / kg : _lines.Count > 0 ? _lines.Min(line => line.Quality) : SourceQuality,
            LowKg = Math.Max(0, kg - half),
            HighKg = kg + half,
            Assumptions = [.. _assumptions, .. Defaults()],
            UnusedInputs = Unused(),
            Allocations = allocations ?? [],
        };
    }

    // By name, although no factor uses them.
    private IEnumerable<string> Defaults()
    {
        var missing = FeatureDefaults.Of(request.Kind)
            .Where(each => !_used.Contains(each.Name) && FeatureNames.ByName[each.Name].Get(request.Features) is null)
            .Select(each => $"{each.Name} ({each.Value})").ToList();
        if (missing.Count > 0)
            yield return $"Not given, and not used: {string.Join(", ", missing)}.";
    }

    private List<string> Unused()
    {
        var unused = FeatureNames.GivenIn(request.Features).Select(given => given.Name).Where(name => !_used.Contains(name)).ToList();
        if (request.Features.Legs.Count > 0 && !_used.Contains(FeatureNames.Legs))
            unused.Add(FeatureNames.Legs);
        return unused;
    }
}
