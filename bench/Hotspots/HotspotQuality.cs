using Pylon.Insights.Baselines;
using Pylon.Insights.Entities;
using Pylon.Insights.Episodes;

namespace Pylon.Bench.Hotspots;

/// <summary>How good the product's own rules find the incidents of some entities: an opening inside of one, or within six hours after it, is right; any other is false.</summary>
internal sealed class HotspotQuality
{
    private const double HoursOfMonth = 365.25 * 24 / 12;
    private readonly Dictionary<string, (int Found, int Of)> _types = new(StringComparer.Ordinal);
    private readonly List<int> _delays = [];
    private int _entities;
    private int _right;

    public int Openings { get; private set; }

    /// <summary>Incidents that are not drop-outs.</summary>
    public int Incidents => _types.Values.Sum(type => type.Of);

    /// <summary>Openings within a drop-out that belong to no other incident.</summary>
    public int OpeningsOfDropOuts { get; private set; }

    public double Precision => Openings == 0 ? 1 : (double)_right / Openings;

    public double Recall => (double)_types.Values.Sum(type => type.Found) / Incidents;

    public double FalsePerMonth => (Openings - _right) / (_entities * (HotspotWorld.Hours - HotspotWorld.History) / HoursOfMonth);

    /// <summary>Hours from the start of an incident to its first right opening.</summary>
    public double MedianDelay => Baseline.Median(_delays.Select(delay => (double)delay).ToArray());

    public bool IsGood => Precision >= 0.95 && Recall >= 0.90 && FalsePerMonth <= 0.1 && MedianDelay <= 2 && Openings <= 1.2 * Incidents && OpeningsOfDropOuts == 0;

    /// <summary>Found of all, 0 to 1.</summary>
    public double RecallOf(string type) => _types.TryGetValue(type, out var of) ? (double)of.Found / of.Of : double.NaN;

    public static IReadOnlyDictionary<string, HotspotQuality> Measure(IReadOnlyList<double> grid, int draw)
    {
        var by = HotspotWorld.Kinds.Append("all").ToDictionary(kind => kind, _ => new HotspotQuality(), StringComparer.Ordinal);
        foreach (var kind in HotspotWorld.Kinds)
        {
            for (var number = 0; number < HotspotWorld.EntitiesOfKind; number++)
            {
                var entity = HotspotWorld.Entity(kind, number, draw, grid);
                var openings = OpeningsOf(entity);
                by[kind].Add(entity, openings);
                by["all"].Add(entity, openings);
            }
        }

        return by;
    }

    /// <summary>The hours, from the end of the history on, at which a hotspot is opened, or opened again.</summary>
    public static List<int> OpeningsOf(WorldEntity entity)
    {
        var rows = Enumerable.Range(0, HotspotWorld.Hours)
            .Select(t => new ActivityHour(HotspotWorld.Start.AddHours(t), entity.Activity[t], entity.Activity[t] * entity.Factor[t])).ToList();
        var (history, life) = (new EntityHistory(rows, HourOfWeek.Utc), new EpisodeLife());
        var kind = entity.Kind == "datacentre" ? EmissionKind.Compute : entity.Kind;
        for (var t = HotspotWorld.History; t < HotspotWorld.Hours; t++)
            life.Judge(Judge.Default.Of(rows[t], history.AsOf(rows[t].Hour), kind));
        return [.. life.Changes.Where(change => change.Transition is Transition.Opened or Transition.Reopened).Select(change => (int)(change.Hour.Hour - HotspotWorld.Start).TotalHours)];
    }

    private void Add(WorldEntity entity, List<int> openings)
    {
        _entities++;
        Openings += openings.Count;
        _right += openings.Count(opening => entity.Incidents.Any(incident => incident.Counts && incident.Has(opening)));
        OpeningsOfDropOuts += openings.Count(opening =>
            entity.Incidents.Any(incident => !incident.Counts && incident.Has(opening)) && !entity.Incidents.Any(incident => incident.Counts && incident.Has(opening)));
        foreach (var incident in entity.Incidents.Where(incident => incident.Counts))
        {
            var found = openings.Where(incident.Has).ToList();
            if (found.Count > 0)
                _delays.Add(found[0] - incident.Start);
            var (of, all) = _types.GetValueOrDefault(incident.Type);
            _types[incident.Type] = (of + (found.Count > 0 ? 1 : 0), all + 1);
        }
    }
}
